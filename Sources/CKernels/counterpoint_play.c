// Playing on the table, and what a finished line is worth.
#include <string.h>

#include "CKernels.h"
#include "counterpoint.h"

#pragma STDC FP_CONTRACT OFF

// Fragments that follow themselves where lines may cross: columns of all lines are compared as sets of keys.
static int crossing_loops(const ck_counterpoint_table *table, const ck_counterpoint_scoring *scoring,
                          const uint8_t *codes) {
  uint64_t columns[CK_STEPS][2];
  int steps = table->steps, count = 0;
  for (int step = 0; step < steps; step++) {
    columns[step][0] = scoring->columns[2 * step];
    columns[step][1] = scoring->columns[2 * step + 1];
    if (codes[step] == CK_SILENT) continue;
    int row = scoring->rows[codes[step]];
    if (row >= 0) columns[step][row >> 6] |= 1ull << (row & 63);
  }
  for (int size = scoring->least_size; size <= scoring->most_size; size++) {
    int most = steps - 2 * size < steps - 9 ? steps - 2 * size : steps - 9, run = 0;
    for (int step = 0; step < steps - size; step++) {
      int same = columns[step][0] == columns[step + size][0] && columns[step][1] == columns[step + size][1];
      run = same ? run + 1 : 0;
      if (run >= size && step - size + 1 <= most) count++;
    }
  }
  return count;
}

double ck_counterpoint_score(const ck_counterpoint_table *table, const ck_counterpoint_scoring *scoring,
                             const ck_counterpoint_line *line, double *raw) {
  uint8_t codes[CK_STEPS], positions[CK_STEPS + 2];
  uint16_t counts[CK_POSITIONS] = {0};
  int notes = 0, skips = 0, at = 8;
  memset(codes, CK_SILENT, (size_t)table->start_pause);
  memset(codes + table->start_pause, table->start, (size_t)(8 - table->start_pause));
  positions[notes++] = (uint8_t)table->start;
  counts[table->start]++;
  for (int i = 0; i < line->count; i++) {
    const ck_counterpoint_edge *note = &line->notes[i];
    memset(codes + at, note->position, note->duration);
    at += note->duration;
    positions[notes++] = note->position;
    counts[note->position]++;
    skips += note->movement > 1 || note->movement < -1;
  }
  int movement = table->end - positions[notes - 1];
  skips += movement > 1 || movement < -1;
  memset(codes + at, table->end, 8);
  positions[notes++] = (uint8_t)table->end;
  counts[table->end]++;

  int loops = 0;
  if (scoring->weights[0] != 0) {
    if (scoring->columns) {
      loops = crossing_loops(table, scoring, codes);
    } else {
      for (int i = 0; i < scoring->loop_count; i++) {
        const uint8_t *place = codes + scoring->loop_place[i];
        size_t size = scoring->loop_size[i];
        // The first step alone decides most of them.
        loops += place[0] == place[size] && memcmp(place, place + size, size) == 0;
      }
    }
  }
  int total = 0, highest = CK_POSITIONS - 1;
  double sum = 0;
  for (int p = table->lowest; p <= table->highest; p++) {
    sum += scoring->n_log_n[counts[p]];
    total += counts[p];
  }
  double entropy = total ? (scoring->log_n[total] - sum / total) * scoring->entropy_scale : 0;
  while (!counts[highest]) highest--;
  double climax = 1 - scoring->shortage * (table->highest - highest) - scoring->duplication * (counts[highest] - 1);
  double narrow = 0;
  if (scoring->weights[2] != 0) {
    for (int first = 0; first + scoring->window <= notes; first++) {
      int low = positions[first], high = low;
      for (int i = 1; i < scoring->window; i++) {
        int p = positions[first + i];
        low = p < low ? p : low;
        high = p > high ? p : high;
        if (high - low >= scoring->width_count) break;
      }
      if (high - low < scoring->width_count) narrow -= scoring->penalties[high - low];
    }
  }
  double reward = skips < scoring->reward_count ? scoring->rewards[skips] : 0;
  const double parts[5] = {-(double)loops, entropy, narrow, climax, reward};
  double score = 0;
  for (int i = 0; i < 5; i++) score += scoring->weights[i] * parts[i];
  if (raw) memcpy(raw, parts, sizeof parts);
  return score;
}

int32_t ck_counterpoint_complete(const ck_counterpoint_table *table, uint64_t *random, int32_t open,
                                 ck_counterpoint_line *line) {
  const uint32_t *first = open ? table->open_first : table->first;
  const ck_counterpoint_edge *edges = open ? table->open : table->edges;
  uint32_t state = line->count ? line->notes[line->count - 1].to : 0;
  while (table->step[state] < table->steps - 8) {
    uint32_t count = first[state + 1] - first[state];
    if (!count) return 0;
    const ck_counterpoint_edge *edge = &edges[first[state] + ck_below(random, count)];
    line->notes[line->count++] = *edge;
    state = edge->to;
  }
  return 1;
}

// Episodes that are played side by side, so that one's reading hides behind the others'.
#define LANES 8

int64_t ck_counterpoint_play(const ck_counterpoint_table *table, const ck_counterpoint_scoring *scoring,
                             uint64_t *random, int64_t episodes, double dead_end, int64_t *finished, double *total) {
  ck_counterpoint_line lines[LANES];
  uint32_t states[LANES];
  int64_t begun = 0, steps = 0, ended = 0;
  double sum = 0;
  int active = 0;
  for (int lane = 0; lane < LANES && begun < episodes; lane++, begun++, active++) {
    lines[lane].count = 0;
    states[lane] = 0;
  }
  while (active > 0) {
    for (int lane = 0; lane < active; lane++) {
      uint32_t state = states[lane], first = table->first[state], count = table->first[state + 1] - first;
      if (count) {
        const ck_counterpoint_edge *edge = &table->edges[first + ck_below(random, count)];
        lines[lane].notes[lines[lane].count++] = *edge;
        states[lane] = edge->to;
        steps++;
        continue;
      }
      if (table->step[state] == table->steps - 8) {
        ended++;
        sum += ck_counterpoint_score(table, scoring, &lines[lane], NULL);
      } else {
        sum += dead_end;
      }
      if (begun < episodes) {
        begun++;
        lines[lane].count = 0;
        states[lane] = 0;
      } else {
        active--;
        lines[lane] = lines[active];
        states[lane] = states[active];
        lane--;
      }
    }
  }
  *finished = ended;
  *total = sum;
  return steps;
}
