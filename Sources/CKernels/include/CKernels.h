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
} ck_feature;

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
  /// Counts one feature of eight rolls; exact, since every count is an integer below 2^53.
  void (*_Nonnull count)(const ck_feature *_Nonnull feature, const ck_rolls *_Nonnull rolls, double *_Nonnull out);
} ck_path;

/// The paths that this processor can run, slowest first: index 0 always exists.
///
/// - Returns: null beyond the last one.
const ck_path *_Nullable ck_path_at(int32_t index);

#endif
