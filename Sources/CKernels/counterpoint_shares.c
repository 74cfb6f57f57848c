// What each note of a line changed in its score.
#include <string.h>

#include "CKernels.h"
#include "counterpoint.h"

#pragma STDC FP_CONTRACT OFF

// A column of all lines: the given keys and the composed one.
typedef struct column {
  uint64_t words[2];
  int code;
} column;

static int is_same(const column *a, const column *b, int crossing) {
  return crossing ? a->words[0] == b->words[0] && a->words[1] == b->words[1] : a->code == b->code;
}

// A fragment that follows itself is the note's that sounds where it ends.
static void share_loops(const ck_counterpoint_table *table, const ck_counterpoint_scoring *scoring, column *columns,
                        const int16_t *note_at, float *shares) {
  int steps = table->steps;
  float cost = (float)scoring->weights[0];
  if (!scoring->columns) {
    for (int i = 0; i < scoring->loop_count; i++) {
      int place = scoring->loop_place[i], size = scoring->loop_size[i], run = 0;
      while (run < size && is_same(&columns[place + run], &columns[place + size + run], 0)) run++;
      int note = note_at[place + 2 * size - 1];
      if (run == size && note >= 0) shares[note] -= cost;
    }
    return;
  }
  for (int step = 0; step < steps; step++) {
    columns[step].words[0] = scoring->columns[2 * step];
    columns[step].words[1] = scoring->columns[2 * step + 1];
    int row = columns[step].code == CK_SILENT ? -1 : scoring->rows[columns[step].code];
    if (row >= 0) columns[step].words[row >> 6] |= 1ull << (row & 63);
  }
  for (int size = scoring->least_size; size <= scoring->most_size; size++) {
    int most = steps - 2 * size < steps - 9 ? steps - 2 * size : steps - 9, run = 0;
    for (int step = 0; step < steps - size; step++) {
      run = is_same(&columns[step], &columns[step + size], 1) ? run + 1 : 0;
      int note = note_at[step + size];
      if (run >= size && step - size + 1 <= most && note >= 0) shares[note] -= cost;
    }
  }
}

static double skip_reward(const ck_counterpoint_scoring *scoring, int skips) {
  return skips < scoring->reward_count ? scoring->rewards[skips] : 0;
}

void ck_counterpoint_shares(const ck_counterpoint_table *table, const ck_counterpoint_scoring *scoring,
                            const ck_counterpoint_line *line, float *shares) {
  column columns[CK_STEPS];
  int16_t note_at[CK_STEPS];
  uint8_t positions[CK_STEPS + 1];
  uint16_t counts[CK_POSITIONS] = {0};
  int lowest = table->lowest, top = table->highest;
  for (int step = 0; step < table->steps; step++) {
    columns[step].code = step < table->start_pause ? CK_SILENT : step < 8 ? table->start : table->end;
    note_at[step] = -1;
  }
  // The first note and the last one are there from the beginning.
  int skips = 0, at = 8, total = 0, highest = table->start > table->end ? table->start : table->end;
  double sum = 0, entropy = 0;
  positions[0] = (uint8_t)table->start;
  for (int i = -2; i < line->count; i++) {
    int position = i == -2 ? table->start : i == -1 ? table->end : line->notes[i].position;
    float share = 0;
    if (position >= lowest && position <= top) {
      sum += scoring->n_log_n[counts[position] + 1] - scoring->n_log_n[counts[position]];
      total++;
      double now = (scoring->log_n[total] - sum / total) * scoring->entropy_scale;
      share += (float)(scoring->weights[1] * (now - entropy));
      entropy = now;
    }
    counts[position]++;
    if (i < 0) continue;
    const ck_counterpoint_edge *note = &line->notes[i];
    if (position > highest) {
      // Higher than all before: a shorter way to the top, and no duplicates.
      double climax = scoring->shortage * (position - highest) + scoring->duplication * (counts[highest] - 1);
      share += (float)(scoring->weights[3] * climax);
      highest = position;
    } else if (position == highest) {
      share -= (float)(scoring->weights[3] * scoring->duplication);
    }
    if (note->movement > 1 || note->movement < -1) {
      share += (float)(scoring->weights[4] * (skip_reward(scoring, skips + 1) - skip_reward(scoring, skips)));
      skips++;
    }
    positions[i + 1] = (uint8_t)position;
    if (scoring->weights[2] != 0 && i + 2 >= scoring->window) {
      int low = position, high = position;
      for (int back = 1; back < scoring->window; back++) {
        int other = positions[i + 1 - back];
        low = other < low ? other : low;
        high = other > high ? other : high;
      }
      if (high - low < scoring->width_count) share -= (float)(scoring->weights[2] * scoring->penalties[high - low]);
    }
    shares[i] = share;
    for (int step = at; step < at + note->duration; step++) {
      columns[step].code = position;
      note_at[step] = (int16_t)i;
    }
    at += note->duration;
  }
  if (scoring->weights[0] != 0) share_loops(table, scoring, columns, note_at, shares);
}
