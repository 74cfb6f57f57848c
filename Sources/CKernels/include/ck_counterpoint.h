/// Counterpoint in C: the table of what can still finish, play on it, scores, search by splices, and a policy.
///
/// Everything here is exact or made of additions, multiplications and divisions in a fixed order: the same bits on every
/// processor.
#ifndef CK_COUNTERPOINT_H
#define CK_COUNTERPOINT_H
#include <stdint.h>

/// Positions of a scale at most, so that a set of them is a 64-bit mask.
#define CK_POSITIONS 64
/// Steps of a piece at most.
#define CK_STEPS 512

/// Which rules of counterpoint are switched on, with their parameters. 0 switches a rule off where nothing else is said.
typedef struct ck_counterpoint_rules {
  int32_t rhythm, stable_repetitions;
  /// How often a pitch may sound in a row; 0: any number.
  int32_t repetitions;
  /// The longest motion in semitones; negative: any.
  int32_t motion;
  /// The longest series of skips; 0: any.
  int32_t skips;
  /// The degrees that make a skip large.
  int32_t turn;
  int32_t resolution;
  /// 1: the last pitch may not come before its time, 2: it may.
  int32_t to_end;
  int32_t strong_beats, to_dissonance, from_dissonance, suspensions;
  /// The largest interval to other lines in semitones; negative: any.
  int32_t interval;
  /// 1: no crossing and no unisons, 2: no crossing.
  int32_t crossing;
  int32_t overlapping;
} ck_counterpoint_rules;

/// What is to be composed. `key` and `degree` have an entry a position, the others one a step.
typedef struct ck_counterpoint_task {
  int32_t steps, positions, start, end, lowest, highest, start_pause, most_skip, above;
  const int16_t *_Nonnull key;
  const uint8_t *_Nonnull degree;
  /// The melody's key at every step; negative for a rest.
  const int16_t *_Nonnull melody;
  /// Sets of positions that other composed lines allow: to sound at a step, to begin at a step, and to begin at a step
  /// after a position (`moves[step * 64 + position]`). Null where nothing is asked.
  const uint64_t *_Nullable sounding, *_Nullable beginning, *_Nullable moves;
} ck_counterpoint_task;

/// A continuation in the table: one action of one state.
typedef struct ck_counterpoint_edge {
  /// The state that it leads to.
  uint32_t to;
  int8_t movement;
  uint8_t duration, position, unused;
} ck_counterpoint_edge;

/// All that can happen in a task, states that the rules cannot tell apart being one: state 0 is the beginning.
///
/// State s has the valid continuations `edges[first[s] ..< first[s + 1]]` in ascending order of actions, and of them those
/// that can still finish in `open[open_first[s] ..< open_first[s + 1]]`.
typedef struct ck_counterpoint_table {
  uint32_t states, edge_count, open_count;
  int32_t steps, start, end, start_pause, lowest, highest;
  uint32_t *_Nonnull first, *_Nonnull open_first;
  ck_counterpoint_edge *_Nonnull edges, *_Nonnull open;
  uint16_t *_Nonnull step;
  uint8_t *_Nonnull position;
} ck_counterpoint_table;

/// Makes the table of a task; null if it has more than `most_states` states or memory is exhausted.
ck_counterpoint_table *_Nullable ck_counterpoint_table_create(const ck_counterpoint_task *_Nonnull task,
                                                              const ck_counterpoint_rules *_Nonnull rules,
                                                              uint32_t most_states);
/// Frees what `ck_counterpoint_table_create` made.
void ck_counterpoint_table_destroy(ck_counterpoint_table *_Nullable table);

/// A line as its continuations, the first from state 0.
typedef struct ck_counterpoint_line {
  int32_t count;
  ck_counterpoint_edge notes[CK_STEPS];
} ck_counterpoint_line;

/// The line's notes, for whoever has no arrays in structures.
static inline ck_counterpoint_edge *_Nonnull ck_counterpoint_notes(ck_counterpoint_line *_Nonnull line) {
  return line->notes;
}

/// What scores a finished line; see the measures of Core for the formulas.
typedef struct ck_counterpoint_scoring {
  /// Coefficients of looped fragments, entropy, narrow ranges, climax, skips.
  double weights[5];
  /// Places and sizes at which the given lines repeat themselves: there the composed line alone decides.
  int32_t loop_count;
  const uint16_t *_Nullable loop_place, *_Nullable loop_size;
  /// Where that does not hold, because lines may cross: two words of given keys a step, relative to `lowest_key`, and
  /// the sizes of fragments. Null otherwise.
  const uint64_t *_Nullable columns;
  const int16_t *_Nullable rows;
  int32_t least_size, most_size;
  int32_t window, width_count, reward_count;
  const double *_Nonnull penalties;
  const double *_Nonnull rewards;
  double shortage, duplication;
  /// n * ln n for n up to `CK_STEPS`; ln n; and 1 / ln(positions of the range).
  const double *_Nonnull n_log_n, *_Nonnull log_n;
  double entropy_scale;
} ck_counterpoint_scoring;

/// The weighted score of a finished line; its five raw parts go to `raw` if that is not null.
double ck_counterpoint_score(const ck_counterpoint_table *_Nonnull table, const ck_counterpoint_scoring *_Nonnull scoring,
                             const ck_counterpoint_line *_Nonnull line, double *_Nullable raw);

/// What each note of a finished line changed in the score of what there was with it, given that the last note was there
/// from the beginning: `shares[i]` for note i. Fragments that follow themselves are the note's that they end with, windows
/// their last note's. What the last note adds to that is nobody's.
void ck_counterpoint_shares(const ck_counterpoint_table *_Nonnull table,
                            const ck_counterpoint_scoring *_Nonnull scoring,
                            const ck_counterpoint_line *_Nonnull line, float *_Nonnull shares);

/// Goes on at random from a line's `count` notes, each valid continuation being equally likely, to the end.
///
/// - Parameter open: whether only continuations that can finish are drawn; then the state must be one that can.
/// - Returns: whether the line is finished; otherwise it is at a dead end.
int32_t ck_counterpoint_complete(const ck_counterpoint_table *_Nonnull table, uint64_t *_Nonnull random, int32_t open,
                                 ck_counterpoint_line *_Nonnull line);

/// Plays whole episodes like that, several at a time, and scores what finishes.
///
/// - Returns: the steps taken; `finished` gets the number of finished lines, `total` the sum of all rewards.
int64_t ck_counterpoint_play(const ck_counterpoint_table *_Nonnull table, const ck_counterpoint_scoring *_Nonnull scoring,
                             uint64_t *_Nonnull random, int64_t episodes, double dead_end, int64_t *_Nonnull finished,
                             double *_Nonnull total);

/// How a line is searched.
typedef struct ck_counterpoint_annealing {
  int64_t moves;
  /// Temperature at first, and what it is multiplied by every 256 moves.
  double hot, cooling;
  /// The most notes that a splice draws before it goes back to the old line, and how willingly it does.
  int32_t longest;
  double follow;
  /// Lines that this one should differ from: `others[line * CK_STEPS + onset]` is 1 + position, 0 where no note begins.
  int32_t other_count;
  const uint8_t *_Nullable others;
  /// Notes that each of them has.
  const int32_t *_Nullable other_notes;
  /// The share of notes that may be the same, and what a whole line too many costs.
  double most_shared, shared_cost;
} ck_counterpoint_annealing;

/// Searches by splices: a few notes are drawn again, the old line is taken up where it fits, and the result is kept or
/// not by its score (Metropolis) while the temperature falls. `line` is finished and becomes the best line found.
///
/// - Returns: the best line's score less what its likeness to other lines costs.
double ck_counterpoint_anneal(const ck_counterpoint_table *_Nonnull table,
                              const ck_counterpoint_scoring *_Nonnull scoring,
                              const ck_counterpoint_annealing *_Nonnull annealing, uint64_t *_Nonnull random,
                              ck_counterpoint_line *_Nonnull line);

/// Weights that every task has.
#define CK_GENERAL_WEIGHTS 832
/// Weights that only a policy for one task has, after the general ones: one for every half bar and position.
#define CK_OWN_WEIGHTS (CK_STEPS / 4 * CK_POSITIONS)

/// A log-linear policy on a table: the likelihood of a continuation is e^(sum of the weights of its features), among
/// those that can finish.
typedef struct ck_counterpoint_policy {
  const float *_Nonnull weights;
  /// Whether the weights of the task's own follow the general ones.
  int32_t own;
  const int16_t *_Nonnull key;
  const uint8_t *_Nonnull degree;
  const int16_t *_Nonnull melody;
} ck_counterpoint_policy;

/// Draws a line from a policy.
void ck_counterpoint_draw(const ck_counterpoint_table *_Nonnull table, const ck_counterpoint_policy *_Nonnull policy,
                          uint64_t *_Nonnull random, ck_counterpoint_line *_Nonnull line);

/// Adds, for every note i that was a choice between several, `advantages[i]` times the gradient of its log-likelihood and
/// `temperatures[i]` times that of the choice's entropy.
void ck_counterpoint_learn(const ck_counterpoint_table *_Nonnull table, const ck_counterpoint_policy *_Nonnull policy,
                           const ck_counterpoint_line *_Nonnull line, const float *_Nonnull advantages,
                           const float *_Nonnull temperatures, float *_Nonnull gradient);

#endif
