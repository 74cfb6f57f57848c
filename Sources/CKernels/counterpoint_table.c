// The table of everything that can happen in a counterpoint task, and of what can still finish.
#include <stdlib.h>
#include <string.h>

#include "CKernels.h"

#pragma STDC FP_CONTRACT OFF

// The beginnings of the rhythmic patterns as a tree. Node 0 is an empty bar.
#define NODES 24
typedef struct rhythm {
  int8_t next[NODES][4];
} rhythm;

static void make_rhythm(rhythm *tree) {
  static const uint8_t patterns[9][5] = {{4, 4}, {4, 2, 2}, {4, 2, 1, 1}, {2, 2, 2, 2}, {2, 2, 2, 1, 1},
                                         {2, 1, 1, 2, 2}, {4, 8}, {2, 2, 8}, {2, 1, 1, 8}};
  static const int8_t index[9] = {0, 0, 1, 0, 2, 0, 0, 0, 3};
  memset(tree->next, -1, sizeof tree->next);
  int nodes = 1;
  for (int p = 0; p < 9; p++) {
    int node = 0, sum = 0;
    for (int i = 0; i < 5 && patterns[p][i]; i++) {
      int k = index[patterns[p][i]];
      sum += patterns[p][i];
      if (sum == 8) {
        tree->next[node][k] = 0;
      } else if (sum > 8) {
        // The remainder is always a 4, which begins the next bar; the first pattern has made its node.
        tree->next[node][k] = tree->next[0][2];
      } else {
        if (tree->next[node][k] < 0) tree->next[node][k] = (int8_t)nodes++;
        node = tree->next[node][k];
      }
    }
  }
}

// What the rules look back at; what no rule asks for is 0.
typedef struct state {
  uint16_t step;
  uint8_t position, motion, rhythm, zeros, skips, sign, leap, sixth, dissonant, held, moved;
} state;

static uint64_t state_key(const state *s) {
  uint64_t key = s->step;
  key = key << 6 | s->position;
  key = key << 6 | s->motion;
  key = key << 5 | s->rhythm;
  key = key << 8 | s->zeros;
  key = key << 8 | s->skips;
  key = key << 2 | s->sign;
  key = key << 1 | s->leap;
  key = key << 2 | s->sixth;
  key = key << 1 | s->dissonant;
  key = key << 1 | s->held;
  return key << 1 | s->moved;
}

typedef struct builder {
  const ck_counterpoint_task *task;
  const ck_counterpoint_rules *rules;
  rhythm tree;
  int last;
  // Sets of positions, by step: consonant with the melody; may sound; may begin after what the melody just had; near
  // enough to the end for a note that ends here.
  uint64_t consonant[CK_STEPS], sounding[CK_STEPS], after[CK_STEPS], near_end[CK_STEPS];
  uint64_t range, stable, reach[CK_POSITIONS];
  state *states;
  uint32_t count, room, most;
  // Hash table of states: index + 1 into `states`, by open addressing.
  uint32_t *slots;
  uint32_t slot_count;
  // States by step, as linked lists in order of discovery.
  uint32_t *next_of_step;
  uint32_t head[CK_STEPS + 1], tail[CK_STEPS + 1];
  ck_counterpoint_edge *edges;
  uint32_t edge_count, edge_room;
} builder;

#define NONE UINT32_MAX

static int is_consonant(int a, int b) {
  int semitones = abs(a - b) % 12;
  return 0x399 >> semitones & 1;  // 0, 3, 4, 7, 8, 9
}

static void make_sets(builder *b) {
  const ck_counterpoint_task *t = b->task;
  const ck_counterpoint_rules *r = b->rules;
  for (int p = 0; p < t->positions; p++) {
    if (p >= t->lowest && p <= t->highest) b->range |= 1ull << p;
    if (t->degree[p] == 1 || t->degree[p] == 3 || t->degree[p] == 5) b->stable |= 1ull << p;
    for (int q = 0; q < t->positions; q++) {
      if (r->motion < 0 || abs(t->key[p] - t->key[q]) <= r->motion) b->reach[p] |= 1ull << q;
    }
  }
  for (int step = 0; step < t->steps; step++) {
    int melody = t->melody[step], before = step ? t->melody[step - 1] : -1;
    for (int p = 0; p < t->positions; p++) {
      int key = t->key[p];
      uint64_t bit = 1ull << p;
      if (melody < 0 || is_consonant(key, melody)) b->consonant[step] |= bit;
      int sounds = 1;
      if (melody >= 0) {
        if (r->interval >= 0 && abs(key - melody) > r->interval) sounds = 0;
        if (r->crossing && (key == melody ? r->crossing == 1 : (key > melody) != t->above)) sounds = 0;
      }
      if (sounds) b->sounding[step] |= bit;
      if (!r->overlapping || before < 0 || (t->above ? key > before : key < before)) b->after[step] |= bit;
      int distance = abs(p - t->end), quarters = (b->last - step + 1) / 2;
      int near = quarters == 0 && distance == 0 ? r->to_end == 2 : distance <= quarters + 1;
      if (!r->to_end || near) b->near_end[step] |= bit;
    }
    if (t->sounding) b->sounding[step] &= t->sounding[step];
    if (t->beginning) b->after[step] &= t->beginning[step];
  }
}

static int grow_slots(builder *b) {
  uint32_t count = b->slot_count ? b->slot_count * 2 : 1 << 15;
  uint32_t *slots = calloc(count, sizeof *slots);
  if (!slots) return 0;
  for (uint32_t i = 0; i < b->count; i++) {
    uint32_t h = (uint32_t)(state_key(&b->states[i]) * 0x9E3779B97F4A7C15ull >> 32) & (count - 1);
    while (slots[h]) h = (h + 1) & (count - 1);
    slots[h] = i + 1;
  }
  free(b->slots);
  b->slots = slots;
  b->slot_count = count;
  return 1;
}

// The number of a state, a new one if need be; NONE if there are too many.
static uint32_t find(builder *b, const state *s) {
  uint64_t key = state_key(s);
  uint32_t h = (uint32_t)(key * 0x9E3779B97F4A7C15ull >> 32) & (b->slot_count - 1);
  while (b->slots[h]) {
    if (state_key(&b->states[b->slots[h] - 1]) == key) return b->slots[h] - 1;
    h = (h + 1) & (b->slot_count - 1);
  }
  if (b->count == b->most) return NONE;
  if (b->count == b->room) {
    uint32_t room = b->room * 2;
    state *states = realloc(b->states, room * sizeof *states);
    if (states) b->states = states;
    uint32_t *next = realloc(b->next_of_step, room * sizeof *next);
    if (next) b->next_of_step = next;
    if (!states || !next) return NONE;
    b->room = room;
  }
  uint32_t id = b->count++;
  b->states[id] = *s;
  b->next_of_step[id] = NONE;
  b->slots[h] = id + 1;
  if (b->head[s->step] == NONE) {
    b->head[s->step] = id;
  } else {
    b->next_of_step[b->tail[s->step]] = id;
  }
  b->tail[s->step] = id;
  if (b->count * 2 > b->slot_count && !grow_slots(b)) return NONE;
  return id;
}

// The state after a continuation.
static state follow(const builder *b, const state *s, int position, int k) {
  const ck_counterpoint_rules *r = b->rules;
  state n = {0};
  int end = s->step + (1 << k), movement = position - s->position;
  n.step = (uint16_t)end;
  n.position = (uint8_t)position;
  if (end == b->last) return n;  // only the given last note is left
  int sign = movement > 0 ? 1 : movement < 0 ? 2 : 0;
  if (r->motion >= 0) {
    int turned = sign && s->sign && sign != s->sign;
    n.motion = turned ? s->position : s->motion;
  }
  n.leap = r->turn > 0 && abs(movement) >= r->turn;
  if (r->motion >= 0 || n.leap) n.sign = (uint8_t)sign;
  if (r->rhythm) n.rhythm = (uint8_t)b->tree.next[s->rhythm][k];
  if (r->repetitions == 1) n.moved = s->moved || movement;
  if (r->repetitions > 1 && !movement) {
    n.zeros = (uint8_t)(s->zeros + 1 < r->repetitions - 1 ? s->zeros + 1 : r->repetitions - 1);
  }
  if (r->skips && abs(movement) > 1) n.skips = (uint8_t)(s->skips + 1 < r->skips ? s->skips + 1 : r->skips);
  if (r->resolution) {
    int from = b->task->degree[s->position], to = b->task->degree[position];
    n.sixth = from == 7 && to == 6 ? 1 : from == 6 && to == 7 ? 2 : 0;
  }
  int dissonant = !(b->consonant[end - 1] >> position & 1);
  n.held = r->suspensions && dissonant && k == 3;
  n.dissonant = dissonant && (r->from_dissonance || n.held);
  return n;
}

static int expand(builder *b, uint32_t id) {
  const ck_counterpoint_task *t = b->task;
  const ck_counterpoint_rules *r = b->rules;
  const state s = b->states[id];
  int low = -t->most_skip, high = t->most_skip;
#define AT_MOST(a, c) (low = low > (a) ? low : (a), high = high < (c) ? high : (c))
  if (s.leap) {
    int back = s.sign == 1 ? -1 : 1;
    AT_MOST(back, back);
  }
  if (r->skips && s.skips >= r->skips) AT_MOST(-1, 1);
  if (s.sixth) AT_MOST(s.sixth == 1 ? -1 : 1, s.sixth == 1 ? -1 : 1);
  if (s.dissonant && r->from_dissonance) AT_MOST(-1, 1);
  if (s.held) AT_MOST(-1, -1);
  AT_MOST(-(int)s.position, 63 - (int)s.position);
#undef AT_MOST
  if (low > high) return 1;
  uint64_t own = 1ull << s.position;
  uint64_t set = (~0ull >> (63 - (high - low))) << (s.position + low) & b->range & b->after[s.step];
  int stalled = r->repetitions == 1 ? !s.moved : r->repetitions > 1 && s.zeros >= r->repetitions - 1;
  if (stalled || (s.dissonant && r->from_dissonance) || (r->stable_repetitions && !(b->stable & own))) set &= ~own;
  if (r->motion >= 0) set &= b->reach[s.motion];
  if (r->strong_beats && s.step % 4 == 0) set &= b->consonant[s.step];
  if (r->to_dissonance) set &= b->consonant[s.step] | own << 1 | own >> 1;
  if (t->moves) set &= t->moves[s.step * 64 + s.position];
  for (int k = 0; k < 4; k++) {
    int end = s.step + (1 << k);
    if (end > b->last || (r->rhythm && b->tree.next[s.rhythm][k] < 0)) continue;
    uint64_t rest = set & (end < t->steps ? b->near_end[end] : ~0ull);
    for (int step = s.step; step < end; step++) rest &= b->sounding[step];
    if (s.held) rest &= b->consonant[end - 1];
    for (; rest; rest &= rest - 1) {
      int position = __builtin_ctzll(rest);
      state n = follow(b, &s, position, k);
      uint32_t to = find(b, &n);
      if (to == NONE) return 0;
      if (b->edge_count == b->edge_room) {
        uint32_t room = b->edge_room * 2;
        ck_counterpoint_edge *edges = realloc(b->edges, room * sizeof *edges);
        if (!edges) return 0;
        b->edges = edges;
        b->edge_room = room;
      }
      b->edges[b->edge_count++] = (ck_counterpoint_edge){
          .to = to, .movement = (int8_t)(position - s.position), .duration = (uint8_t)(1 << k), .position = (uint8_t)position};
    }
  }
  return 1;
}

// States in the order of their steps, edges with the new numbers, and those that can finish.
static ck_counterpoint_table *finish(builder *b, const uint32_t *order, uint32_t *first) {
  uint32_t count = b->count;
  ck_counterpoint_table *table = calloc(1, sizeof *table);
  uint32_t *number = malloc(count * sizeof *number);
  uint8_t *open = calloc(count, 1);
  if (!table || !number || !open) goto fail;
  const ck_counterpoint_task *t = b->task;
  table->states = count;
  table->edge_count = b->edge_count;
  table->steps = t->steps;
  table->start = t->start;
  table->end = t->end;
  table->start_pause = t->start_pause;
  table->lowest = t->lowest;
  table->highest = t->highest;
  table->first = first;
  table->edges = b->edges;
  table->step = malloc(count * sizeof *table->step);
  table->position = malloc(count);
  table->open_first = malloc((count + 1) * sizeof *table->open_first);
  table->open = malloc((b->edge_count + 1) * sizeof *table->open);
  if (!table->step || !table->position || !table->open_first || !table->open) goto fail;
  for (uint32_t i = 0; i < count; i++) {
    number[order[i]] = i;
    table->step[i] = b->states[order[i]].step;
    table->position[i] = b->states[order[i]].position;
  }
  for (uint32_t i = 0; i < b->edge_count; i++) b->edges[i].to = number[b->edges[i].to];
  for (uint32_t i = count; i-- > 0;) {
    open[i] = table->step[i] == b->last;
    for (uint32_t e = first[i]; e < first[i + 1] && !open[i]; e++) open[i] = open[b->edges[e].to];
  }
  uint32_t total = 0;
  for (uint32_t i = 0; i < count; i++) {
    table->open_first[i] = total;
    for (uint32_t e = first[i]; e < first[i + 1]; e++) {
      if (open[b->edges[e].to]) table->open[total++] = b->edges[e];
    }
  }
  table->open_first[count] = total;
  table->open_count = total;
  free(number);
  free(open);
  return table;
fail:
  free(number);
  free(open);
  if (table) {
    free(table->step);
    free(table->position);
    free(table->open_first);
    free(table->open);
    free(table);
  }
  return NULL;
}

ck_counterpoint_table *ck_counterpoint_table_create(const ck_counterpoint_task *task,
                                                    const ck_counterpoint_rules *rules, uint32_t most_states) {
  ck_counterpoint_table *table = NULL;
  uint32_t *order = NULL, *first = NULL;
  builder *b = calloc(1, sizeof *b);
  if (!b) return NULL;
  b->task = task;
  b->rules = rules;
  b->last = task->steps - 8;
  b->most = most_states;
  b->room = 1 << 13;
  b->edge_room = 1 << 15;
  memset(b->head, 0xFF, sizeof b->head);
  make_rhythm(&b->tree);
  make_sets(b);
  b->states = malloc(b->room * sizeof *b->states);
  b->next_of_step = malloc(b->room * sizeof *b->next_of_step);
  b->edges = malloc(b->edge_room * sizeof *b->edges);
  if (!b->states || !b->next_of_step || !b->edges || !grow_slots(b)) goto done;
  state begin = {.step = 8, .position = (uint8_t)task->start};
  if (b->last > 8 && rules->motion >= 0) begin.motion = begin.position;
  if (find(b, &begin) == NONE) goto done;
  // One state after the other, by step: what a state leads to comes later.
  uint32_t done = 0, room = 0;
  for (int step = 8; step <= b->last; step++) {
    for (uint32_t id = b->head[step]; id != NONE; id = b->next_of_step[id]) {
      if (done + 2 > room) {
        room = room ? room * 2 : 1 << 13;
        uint32_t *more_order = realloc(order, room * sizeof *order);
        if (more_order) order = more_order;
        uint32_t *more_first = realloc(first, room * sizeof *first);
        if (more_first) first = more_first;
        if (!more_order || !more_first) goto done;
      }
      order[done] = id;
      first[done] = b->edge_count;
      if (step < b->last && !expand(b, id)) goto done;
      done++;
    }
  }
  first[done] = b->edge_count;
  table = finish(b, order, first);
  if (table) {
    first = NULL;
    b->edges = NULL;
  }
done:
  free(order);
  free(first);
  free(b->states);
  free(b->next_of_step);
  free(b->edges);
  free(b->slots);
  free(b);
  return table;
}

void ck_counterpoint_table_destroy(ck_counterpoint_table *table) {
  if (!table) return;
  free(table->first);
  free(table->edges);
  free(table->step);
  free(table->position);
  free(table->open_first);
  free(table->open);
  free(table);
}
