// What the rules count in eight rolls, one a lane. `tally.inc.h` holds the counts, compiled for rolls of up to 32 rows
// (one 32-bit word a column) and for taller ones (64-bit words).
#define WORD uint32_t
#define V u32x8
#define S i32x8
#define BITS 32
#define SIZED(name) PASTE(NAMED(name), narrow)
#include "tally.inc.h"
#define WORD uint64_t
#define V u64x8
#define S i64x8
#define BITS 64
#define SIZED(name) PASTE(NAMED(name), wide)
#include "tally.inc.h"

static void NAMED(count)(const ck_feature *feature, const ck_rolls *rolls, double *out) {
  if (rolls->rows <= 32)
    PASTE(NAMED(count), narrow)(feature, rolls, out);
  else
    PASTE(NAMED(count), wide)(feature, rolls, out);
}

static void NAMED(share)(const ck_feature *feature, const ck_rolls *rolls, const int32_t *cells, int32_t draws,
                         float factor, float limit, float *shares, double *counts) {
  if (rolls->rows <= 32)
    PASTE(NAMED(share), narrow)(feature, rolls, cells, draws, factor, limit, shares, counts);
  else
    PASTE(NAMED(share), wide)(feature, rolls, cells, draws, factor, limit, shares, counts);
}
