extension CounterpointConfiguration {
  /// The sections of the default configuration that only counterpoint has.
  static let defaultText = """
    # The default configuration of counterpoint. A file of your own needs only the keys that differ; `null` means that
    # there is no value. A file that has `piece` is of this kind.

    # What is composed against what.
    piece:
      # The key: a note name without octave, as C, F#, Bb.
      tonic: C
      # major, natural_minor or harmonic_minor.
      scale_type: major
      # The given melody, a bar of eight eighths a note: 2 to 64 notes of the scale, at both ends of the tonic triad.
      cantus_firmus: [C4, D4, E4, C4, A3, B3, C4, G4, E4, C4, D4, C4]
      # A given melody of any rhythm, with rests and foreign notes, in the cantus firmus's place: notes, each with a duration
      # in eighths or none (a bar), r for a rest: "D4:4 r:2 F#4:2 G4". What is not said below then fits the melody: key, first
      # and last note, range. `--melody` on the command line does the same.
      melody: null
      # Composed parts: a list of one to three of above and below, the first composed first; null for one part, on the side
      # where its first note lies.
      parts: null
      # The composed line.
      counterpoint_specifications:
        # Its first note, of the tonic triad; it lasts from the pause to the end of the first bar.
        start_note: G4
        # Its last note, of the tonic triad; it fills the last bar.
        end_note: C5
        # The lowest note that it may use.
        lowest_note: C4
        # The highest one.
        highest_note: B5
        # Silence before the first note, in eighths. 0 to 7.
        start_pause_in_eighths: 4
        # The largest movement, in degrees of the scale. 0 to 51.
        max_skip_in_degrees: 7
      # What the line may not break.
      rules:
        # The rules that are switched on.
        names: [rhythmic_pattern_validity, rearticulation_stability, absence_of_stalled_pitches, absence_of_long_motion, \
    absence_of_skip_series, turn_after_skip, VI_VII_resolution, step_motion_to_end, consonance_on_strong_beat, \
    step_motion_to_dissonance, step_motion_from_dissonance, resolution_of_suspended_dissonance, \
    absence_of_large_intervals, absence_of_lines_crossing, absence_of_overlapping_motion]
        # Their parameters.
        params:
          rhythmic_pattern_validity: {}  # a bar's durations follow one of nine patterns
          rearticulation_stability: {}  # only notes of the tonic triad are repeated
          absence_of_stalled_pitches:  # a pitch is not repeated again and again
            # How often it may sound in a row. 1 to 200.
            max_n_repetitions: 2
          absence_of_long_motion:  # no long way in one direction
            # The longest way between two turns, in semitones. 0 to 1000.
            max_distance_in_semitones: 9
          absence_of_skip_series:  # skips do not follow each other
            # How many may. 1 to 200.
            max_n_skips: 2
          turn_after_skip:  # a large skip is followed by a step back
            # How many degrees make it large. 1 to 1000.
            min_n_scale_degrees: 3
          VI_VII_resolution: {}  # the sixth and seventh degree go on
          step_motion_to_end:  # the line comes near its last note in time
            # Whether the note before the last may not be the last one's pitch.
            prohibit_rearticulation: true
          consonance_on_strong_beat: {}  # half bars begin consonant
          step_motion_to_dissonance: {}  # a dissonance is reached by a step
          step_motion_from_dissonance: {}  # a dissonance is left by a step
          resolution_of_suspended_dissonance: {}  # a suspension resolves downwards
          absence_of_large_intervals:  # the lines stay near each other
            # The largest interval between them, in semitones. 0 to 1000.
            max_n_semitones: 16
          absence_of_lines_crossing:  # the lines do not cross
            # Whether they may not meet either.
            prohibit_unisons: true
          absence_of_overlapping_motion: {}  # the line does not move past where the melody just was
      # How a piece sounds and where it goes.
      rendering_params:
        # The folder that pieces go to; it is made if it is not there.
        dir: outputs
        # How long a bar of eight eighths lasts, in seconds. 0.001 to 120.
        measure_in_seconds: 1
        # The MIDI file and the MIDI port.
        midi:
          # The melody's General MIDI program, counted from 0. 0 to 127.
          cantus_firmus_instrument: 0
          # The composed parts'.
          counterpoint_instrument: 0
          # Loudness of every note. 0 to 127.
          velocity: 100
          # Bars of silence behind the last one, where the MIDI file ends. 0 to 1000.
          trailing_silence_in_measures: 2
        # The built-in sine synthesizer.
        sinethesizer:
          # The melody's timbre: one of `timbres`, brass or bowed_string.
          cantus_firmus_instrument: brass
          # The composed parts'.
          counterpoint_instrument: bowed_string
          # Amplitude of every note, relative to full scale. 0 to 1000.
          velocity: 0.8
          # Effects on every note, a list: [{name: tremolo, frequency: 6, amplitude: 0.5}], or the same as JSON text.
          effects: ""

    # How a finished line is judged.
    environment:
      # piano_roll, counterpoint (this file) or song.
      kind: counterpoint
      # What a measure's score is multiplied by. A file that has this section names all measures that it wants.
      scoring_coefs:
        # One climax, at the top of the range. Score up to 1.
        climax_explicity: 1
        # Even use of the range. Score 0 to 1.
        entropy: 1
        # No fragment follows itself. Score: minus the number of those that do.
        looped_fragments: 1
        # The line does not stay in one place. Score: minus the penalties of its windows.
        narrow_ranges: 1
        # A few skips. Score: what the table of rewards says.
        number_of_skips: 1
      # The measures' parameters.
      scoring_fn_params:
        climax_explicity:  # one climax, at the top
          # What every degree costs that it stays below the highest note allowed. -1e9 to 1e9.
          shortage_penalty: 0.3
          # What every further note at the top costs. -1e9 to 1e9.
          duplication_penalty: 0.5
        entropy: {}  # has no parameters
        looped_fragments:  # no fragment follows itself
          # The shortest fragment, in eighths. 1 to 100000.
          min_size: 4
          # The longest one; null or 0: half of the piece. 0 to 100000.
          max_size: null
        narrow_ranges:  # the line does not stay in one place
          # How many notes a window has. 1 to 100000.
          min_size: 9
          # What a window costs: its width in degrees, at most, 0 to 1000, to a penalty, -1e9 to 1e9.
          penalties:
            2: 1
            3: 0.5
        number_of_skips:  # a few skips
          # A number of skips, 0 to 10000, to its reward, -1e9 to 1e9.
          rewards:
            1: 0.8
            2: 0.9
            3: 1
            4: 0.9
            5: 0.5
            6: 0.25
      # The reward of a line that cannot go on. -1e9 to 1e9.
      reward_for_dead_end: -3

    # How lines are found.
    agent:
      # policy_gradient (a policy that learns; search when it composes) or beam_search (the original's). A file that has one
      # of the original's keys below and no method means beam_search.
      method: policy_gradient
      # Whether learning begins with the policy for any melody that is inside the program: true or false.
      shipped_policy: true
      # How the policy learns.
      policy_gradient:
        # Lines of a population: what `-p` counts. 1 to 10000000.
        n_episodes_per_population: 500
        # Lines that one step of the weights is taken from. 2 to 100000.
        n_episodes_per_update: 50
        # How far a weight moves in one update, at first. 1e-9 to 1000000.
        learning_rate: 0.03
        # At the end of the annealing. 1e-9 to 1000000.
        final_learning_rate: 0.01
        # How much it is rewarded to be undecided, relative to the rewards, at first. 1e-9 to 1000000.
        temperature: 0.2
        # At the end of the annealing. 1e-9 to 1000000.
        final_temperature: 0.002
        # Populations that rate, temperature and discount change over; null for as many as are trained. 1 to 1000000000.
        annealing_populations: null
        # What a note counts that comes an eighth later, at first. 0 to 1.
        discount: 0.85
        # At the end of the annealing. 0 to 1.
        final_discount: 1
      # Splices that the search tries for each piece; 0 leaves a piece as the policy drew it. 0 to 1000000000.
      search_moves: 400000
      # Beam search: beginnings that are followed at a time. 1 to 10000.
      beam_width: 5
      # Beam search: finished lines that are kept. 1 to 100000.
      n_records_to_keep: 10
      # Beam search: steps of a walk that estimates how many play-outs a beginning needs. 1 to 1000.
      n_trials_estimation_depth: 3
      # Beam search: walks of an estimate. 1 to 100000.
      n_trials_estimation_width: 10
      # Beam search: play-outs for each option that such a walk meets. 0.000001 to 1000000.
      n_trials_factor: 3
      # Threads.
      paralleling_params:
        # Threads to work with, 1 to 1024; null for one a processor. Pieces do not depend on it.
        n_processes: null


    """
}
