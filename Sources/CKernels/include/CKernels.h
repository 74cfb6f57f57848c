/// The innermost loops of training, in C because Swift cannot choose vector instructions at run time.
///
/// Three paths are compiled into every binary: `portable` (vectors of the C compiler: SSE2 on x86-64, NEON on arm64),
/// `avx2` and `avx512`. All of them give the same bits: the order of every floating-point operation is fixed (sums
/// over eight lanes, whatever the register's width), nothing is fused (FP_CONTRACT OFF), and logarithm, sine and 2^x
/// are polynomials of their own instead of a library's.
#ifndef CKERNELS_H
#define CKERNELS_H
#include <stdint.h>

#include "ck_counterpoint.h"

/// Tells the processor that a thread waits for another one.
static inline void ck_pause(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("isb");
#endif
}

/// Sixteen interleaved xoshiro128++ generators (Blackman and Vigna 2021).
typedef struct ck_random {
  uint32_t s[4][16];
} ck_random;

/// Starts the sixteen generators from one key, by splitmix64.
void ck_random_seed(ck_random *_Nonnull random, uint64_t key);

/// The most episodes that are played in lockstep.
#define CK_EPISODES 16
/// Rolls that are scored at once, one a vector lane.
#define CK_ROLLS 8

/// A linear-softmax actor while it plays: its weights in the order that sampling likes, and the episodes' states.
///
/// `vectors` eight-lane vectors hold a row's weights; action `l * vectors + k` is in lane l of vector k, so that one
/// running sum down the vectors and one scan across the lanes give all cumulative sums in the actions' order.
typedef struct ck_softmax {
  int32_t rows, columns, draws, vectors;
  float decay;
  /// Whether logits are recomputed after every draw: set by `prepare` for weights so large that products of their
  /// exponentials could leave the range of a float.
  int32_t exact;
  /// Whether all logits stay so small that their powers need no common factor: set by `prepare`, too.
  int32_t small;
  /// (rows + 1) rows of logits in units of log 2, the last one 0, and their powers 2^x, the last one 1.
  float *_Nonnull logits, *_Nonnull powers;
  /// The bias, in units of log 2; far below zero where there is no action.
  float *_Nonnull bias;
  /// For every episode: the logits without bias, and the weights 2^(logit - maximum).
  float *_Nonnull z, *_Nonnull w;
  /// Random numbers of one column, and the actions drawn in it.
  float *_Nonnull uniforms;
  int32_t *_Nonnull actions;
} ck_softmax;

/// Makes an actor's memory for rolls of `rows` rows and `columns` columns to fill; null when memory is exhausted.
ck_softmax *_Nullable ck_softmax_create(int32_t rows, int32_t columns, int32_t draws, float decay);
/// Frees what `ck_softmax_create` made.
void ck_softmax_destroy(ck_softmax *_Nullable actor);

/// Where a policy's weights are.
typedef struct ck_tables {
  float *_Nonnull past, *_Nonnull steps, *_Nonnull powers, *_Nonnull bias;
} ck_tables;

/// A linear-softmax policy that learns, and the record of up to 16 episodes that it has played (`policy.inc.h`).
typedef struct ck_policy {
  void *_Nonnull memory;
  int32_t rows, columns, draws, vectors;
  /// Columns before the current one that are seen one by one; whether decayed columns and the current column are seen.
  int32_t lags, has_decayed, has_current;
  /// How many episodes were played last.
  int32_t episodes;
  /// Whether cells chosen before cannot be drawn again; whether any action is impossible.
  int32_t chosen, masked;
  /// As in `ck_softmax`.
  int32_t exact, small;
  float decay;
  /// For every action and for none (rows + 1): weights of decayed columns, then of each column before.
  float *_Nonnull past;
  /// For every action and for none: what it adds to the logits of its column, and 2^ that.
  float *_Nonnull steps, *_Nonnull powers;
  /// The bias; 1 for possible actions, else 0; the actions' numbers.
  float *_Nonnull bias, *_Nonnull keep, *_Nonnull numbers;
  /// Where in a row an action's number is.
  int32_t *_Nonnull places;
  /// The four tables above, where they are the policy's own.
  ck_tables own;
  /// Random numbers of all columns.
  float *_Nonnull uniforms;
  /// The record: of every episode's every column the logits and the weights at its start; and one over the weights' sum
  /// before every draw, [column][draw][episode].
  float *_Nonnull record, *_Nonnull inverses;
  /// Actions, [column][draw][episode]; in `cells` those that changed nothing are `rows`.
  int32_t *_Nonnull cells, *_Nonnull taken;
  /// Sums of the gradient, in the layout of what they belong to.
  float *_Nonnull past_gradient, *_Nonnull current_gradient, *_Nonnull bias_gradient;
  float *_Nonnull scratch;
} ck_policy;

/// Sizes of a policy.
typedef struct ck_policy_size {
  int32_t rows, columns, draws, lags, has_decayed, has_current, capacity, chosen;
  float decay;
} ck_policy_size;

/// Makes a policy's memory; null when memory is exhausted.
///
/// `possible`: one bit a row that may be drawn at all, in 64-bit words.
ck_policy *_Nullable ck_policy_create(ck_policy_size size, const uint64_t *_Nonnull possible);
/// Lets a policy use the weights that another of the same size has prepared; null: its own again.
void ck_policy_share(ck_policy *_Nonnull policy, const ck_policy *_Nullable from);
/// Frees what `ck_policy_create` made.
void ck_policy_destroy(ck_policy *_Nullable policy);

/// Eight rolls, one a lane: `((const uint32_t *)columns)[column * 8 + lane]` for up to 32 rows, otherwise
/// `((const uint64_t *)columns)[(column * words + word) * 8 + lane]`. Bit `row` of a column is the row's cell.
typedef struct ck_rolls {
  const void *_Nonnull columns;
  int32_t rows, steps, words;
} ck_rolls;

/// What to count in eight rolls; `value` and `masks` mean something else for every kind.
typedef enum ck_feature_kind {
  /// Cells in the rows of `masks`.
  CK_CELLS,
  /// Cells whose row sounded in all `value` columns before.
  CK_HELD_CELLS,
  /// Onsets with, in the `value` columns before, a cell at one of the shifts: row r is near row r + shifts[i] if
  /// mask i has bit r.
  CK_STEPWISE_ONSETS,
  /// Columns but the first whose changes, summed from the top, reach exactly +1 and exactly -1.
  CK_CONTRARY_COLUMNS,
  /// The sum over columns of |`value` - cells in the column|.
  CK_COLUMN_DEVIATION,
  /// The smallest number, over shifts 1...`value`, of cells that were off that many columns before.
  CK_NEW_CELLS,
  /// Columns whose lowest cell (the highest bit) lies in the rows of `masks`.
  CK_LOWEST_IN_ROWS,
  /// The sum of `values[interval]` over pairs of cells, `value` columns apart, `interval` > 0 rows between them. With
  /// `shifts` it is the sum of `values[shifts[row] + interval]`, `row` being that of the lower cell.
  CK_PAIRS,
} ck_feature_kind;

/// The most values that `CK_PAIRS` takes.
#define CK_MOST_PAIR_VALUES 8192

/// A feature with its parameters; masks are laid out like a column of `words` 64-bit words.
typedef struct ck_feature {
  ck_feature_kind kind;
  int32_t value;
  /// Number of shifts, of masks, or of values.
  int32_t count;
  /// The most cells a column can have.
  int32_t most_cells;
  const uint64_t *_Nullable masks;
  const int32_t *_Nullable shifts;
  const double *_Nullable values;
  /// `values` as integers if they all are small ones; else null.
  const int32_t *_Nullable integers;
  /// For shares of `CK_PAIRS`: the value of every pair of rows, and of none (`rows`), `pair_stride` numbers a row.
  const float *_Nullable pairs;
  int32_t pair_stride;
} ck_feature;

/// A step of Adam: see `Adam` in Core.
typedef struct ck_adam {
  float mean_decay, square_decay, mean_scale, square_scale, rate, epsilon, limit;
} ck_adam;

/// One set of kernels, all for the same vector instructions.
typedef struct ck_path {
  const char *_Nonnull name;
  /// Fills `count` (a multiple of 16) numbers in 0 ..< 1.
  void (*_Nonnull uniforms)(ck_random *_Nonnull random, float *_Nonnull out, int64_t count);
  /// out = mean + deviation * normal numbers; `count` is a multiple of 32.
  void (*_Nonnull sample)(ck_random *_Nonnull random, const float *_Nonnull mean, float deviation,
                          float *_Nonnull out, int64_t count);
  /// Takes an actor's flat weights: `rows` x `rows` of W, then the bias.
  void (*_Nonnull prepare)(ck_softmax *_Nonnull actor, const float *_Nonnull weights);
  /// Plays up to 16 episodes; episode e's cell words go to `out[e]`, laid out as in `ck_rolls`.
  void (*_Nonnull play)(ck_softmax *_Nonnull actor, ck_random *_Nonnull random, int32_t episodes,
                        void *_Nonnull const *_Nonnull out);
  /// Takes a policy's flat weights: a row of W for every number it sees (decayed columns, current column, the columns
  /// before from the nearest on), then the bias.
  void (*_Nonnull policy_prepare)(ck_policy *_Nonnull policy, const float *_Nonnull weights);
  /// Plays up to `capacity` episodes and keeps their record; every eight rolls go to one of `groups`, laid out as in
  /// `ck_rolls`.
  void (*_Nonnull policy_play)(ck_policy *_Nonnull policy, ck_random *_Nonnull random, int32_t episodes,
                               void *_Nonnull const *_Nonnull groups);
  /// Adds the gradient over the episodes played last to `gradient`, laid out like the weights. Advantages are
  /// [column][draw][16 episodes].
  void (*_Nonnull policy_gradient)(ck_policy *_Nonnull policy, const float *_Nonnull advantages, float temperature,
                                   float *_Nonnull gradient);
  /// Counts one feature of eight rolls; exact, since every count is an integer below 2^53.
  void (*_Nonnull count)(const ck_feature *_Nonnull feature, const ck_rolls *_Nonnull rolls, double *_Nonnull out);
  /// Adds what every draw of eight rolls changed in a feature's count, times `factor`: `cells` and `shares` are
  /// [column][draw][16 episodes], from the first of the eight on. Of `CK_NEW_CELLS` min(1, count / limit) is what
  /// changes; `CK_LOWEST_IN_ROWS` has no shares. The counts are added to `counts`: those that `count` gives if nothing
  /// but the draws is in the rolls and a feature of pairs has `integers`.
  void (*_Nonnull share)(const ck_feature *_Nonnull feature, const ck_rolls *_Nonnull rolls,
                         const int32_t *_Nonnull cells, int32_t draws, float factor, float limit,
                         float *_Nonnull shares, double *_Nonnull counts);
  /// Returns of up to 16 episodes with `decisions` decisions each, laid out [decision][16].
  void (*_Nonnull returns)(const float *_Nonnull shares, const float *_Nonnull discounts,
                           const float *_Nonnull rewards, int32_t decisions, int32_t count, float scale,
                           float *_Nonnull out, float *_Nonnull sums);
  /// Takes each decision's mean from its returns.
  void (*_Nonnull advantages)(float *_Nonnull returns, const float *_Nonnull means, int32_t decisions);
  /// Adds numbers to sums on a grid, see `ExactSums` in Core.
  void (*_Nonnull add_exactly)(const float *_Nonnull values, int64_t *_Nonnull sums, int64_t count);
  /// Moves weights up a gradient.
  void (*_Nonnull adam)(const ck_adam *_Nonnull adam, const float *_Nonnull gradient, float *_Nonnull means,
                        float *_Nonnull squares, float *_Nonnull weights, int64_t count);
} ck_path;

/// The paths that this processor can run, slowest first: index 0 always exists.
///
/// - Returns: null beyond the last one.
const ck_path *_Nullable ck_path_at(int32_t index);

#endif
