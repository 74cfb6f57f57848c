extension SongConfiguration {
  /// The sections of the default configuration that only songs have.
  static let defaultText =
    """
    # The default configuration of songs. A file of your own needs only the keys that differ, and `environment.kind` or a
    # key of `piece` that only songs have (bars, meter, plan, n_parts, scale); `null` means that there is no value.

    # What is composed.
    piece:
      # Bars. 8 to 128.
      bars: 32
      # 4/4, 3/4, 6/8 or 2/4. A step is an eighth.
      meter: 4/4
      # The tonic: a note name without octave, as C, F#, Bb; auto: drawn by the seed, piece by piece.
      tonic: auto
      # major, minor (with raised degrees where its dominants want them), dorian, phrygian, lydian, mixolydian; auto: major
      # or minor. A tuning that has none of them gets a scale and chords by the consonance of its intervals.
      scale: auto
      # Quarter notes a minute, 20 to 400; null: drawn by the seed, 76 to 108.
      tempo: null
      # Parts, 2 to 6: the usual ones of that number.
      n_parts: 4
      # The parts themselves, from the highest to the lowest, in the place of n_parts: a list of mappings of name,
      # lowest_note, highest_note (C1 to G7), instrument (General MIDI, 0 to 127), velocity (0 to 127), timbre, volume
      # (0 to 1000), location (-1 to 1); null for the usual ones.
      parts: null
      # The plan: what is settled before the first note. The theme is not: the agent invents it.
      plan:
        # Sections with blanks between: A the theme, ' a variation of it, B and C others, K a coda; auto: drawn by the seed.
        form: auto
        # Bars of every phrase, 2 to 16, together the piece's; null: drawn.
        phrases: null
        # How every phrase ends: half, authentic, deceptive, plagal, imperfect; null: drawn.
        cadences: null
        # Tension of every bar: 0 calm, 1 moving, 2 high; null: rising to three quarters of the piece.
        tension: null
        # Whether middle sections go to another key: true or false.
        modulation: true
        # The longest pickup from one phrase to the next, in eighths. 0 to 3.
        pickups: 3
        # A pickup of the melody before the first bar, in eighths: 1 to 3 (6/8 has room for 2, 2/4 for 1), with which the
        # theme comes back too; auto: drawn by the seed; null: none.
        upbeat: null
        # The last cadence: authentic, plagal, auto.
        close: auto
        # How much pieces differ in the rhythms and intervals that they like. 0 to 2.
        variety: 1
      # How a piece is written down.
      rendering_params:
        # The folder that pieces go to; it is made if it is not there.
        dir: rlmusician_data
        # The MIDI file and the MIDI port.
        midi:
          # How MIDI says a tuning other than twelve-tone equal temperament: mts, mpe, off, auto.
          tuning_output: auto
          # Semitones that the pitch bends at most with mpe. 1 to 96.
          mpe_bend_range: 2

    # How it is judged: what every soft rule is multiplied by. -1e9 to 1e9; 0 switches it off.
    environment:
      # What is composed: song, piano_roll, counterpoint.
      kind: song
      scoring_coefs:

    """ + coefficientText + performanceText + agentText

  private static let performanceText = """

    # How a piece is played (MIDI file, sound and port alike; the score stays exact).
    performance:
      # expressive: by the rules below; none: in exact time and at one loudness.
      style: expressive
      # How much of every rule, 0 to 10; 0 switches it off, 1 is what the rule's authors found usual.
      k:

    """
    + PerformanceRules.all.map { rule in
      let amount = rule.defaultAmount
      let value = amount == amount.rounded() ? "\(Int(amount))" : "\(amount)"
      return "    # \(rule.summary)\n    \(rule.name): \(value)\n".split(separator: "\n")
        .map { "  \($0)\n" }.joined()
    }.joined()

  private static let agentText = """

    # The learner: the policy gradient. A population of 350 pieces is about half a million decisions, if a rhythm counts as
    # one for each of its eighths; with 100 populations as many as 55 million.
    agent:
      # Threads to train with, 1 to 1024; null for one a processor. Pieces do not depend on it.
      n_processes: null
      policy_gradient:
        # Episodes (pieces) a population. 1 to 10000000.
        n_episodes_per_population: 350
        # Episodes that one step of the weights is taken from; they share a plan. 2 to 100000.
        n_episodes_per_update: 8
        # How far a step moves a weight, at first and when annealing is over. 1e-9 to 1000000.
        learning_rate: 0.03
        final_learning_rate: 0.003
        # How much surprise is worth, relative to the rewards, at first and at last. 1e-9 to 1000000.
        temperature: 0.34
        final_temperature: 0.023
        # Populations that annealing takes, 1 to 1000000000; null for as many as are trained.
        annealing_populations: null
        # What a reward counts an eighth later. 0 to 1.
        discount: 0.97

    """

  private static var coefficientText: String {
    SongRuleRegistry.rules.map { rule in
      let value = rule.coefficient == rule.coefficient.rounded() ? "\(Int(rule.coefficient))" : "\(rule.coefficient)"
      return "    # \(rule.summary)\n    \(rule.name): \(value)\n"
    }.joined()
  }
}
