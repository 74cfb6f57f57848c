// Memory and the choice of a path; the engine itself is in engine.inc.h, compiled twice a path (path.inc.h).
#include "CSong.h"

#include <stdlib.h>
#include <string.h>

#pragma STDC FP_CONTRACT OFF
#pragma clang diagnostic ignored "-Wpsabi"  // vectors as arguments: only ever of functions that are inlined

#define PASTE2(a, b) a##_##b
#define PASTE(a, b) PASTE2(a, b)
#define NAMED(name) PASTE(name, PATH)
#define INLINE static inline __attribute__((always_inline))

#include "layout.inc.h"
#include "state.inc.h"
#include "rules.inc.h"

#define NAME portable
#define NAME_FOUR portable_four
#include "path.inc.h"

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,bmi,bmi2,lzcnt,popcnt"))), apply_to = function)
#define NAME avx2
#define NAME_FOUR avx2_four
#include "path.inc.h"
#pragma clang attribute pop
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,bmi,bmi2,lzcnt,popcnt"))), apply_to = function)
#define NAME avx512
#define NAME_FOUR avx512_four
#include "path.inc.h"
#pragma clang attribute pop
#endif

const song_path *song_path_at(int32_t index) {
  const song_path *paths[3] = {&path_portable, 0, 0};
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2")) {
    paths[1] = &path_avx2;
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512vl")) paths[2] = &path_avx512;
  }
#endif
  return index >= 0 && index < 3 ? paths[index] : 0;
}

int32_t song_weight_count(void) { return WEIGHTS; }

const song_rule *song_rule_at(int32_t index) {
  return index >= 0 && index < (int32_t)(sizeof soft_rules / sizeof *soft_rules) ? &soft_rules[index] : 0;
}

song *song_create(void) {
  song *s = aligned_alloc(64, (sizeof(song) + 63) / 64 * 64);
  if (s) memset(s, 0, sizeof *s);
  return s;
}

void song_destroy(song *s) { free(s); }

song_grid *song_grid_of(song *s) { return &s->grid; }
song_task *song_task_of(song *s) { return &s->task; }
const song_result *song_result_of(const song *s) { return &s->result; }
const song_decision *song_decisions_of(const song *s) { return s->decision + 1; }
const song_asked *song_asked_of(const song *s) { return &s->asked; }
void song_begin_script(song *s) { s->scripted = 0, s->asked = (song_asked){0}; }
