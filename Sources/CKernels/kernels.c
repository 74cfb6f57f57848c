// Memory, seeds, the choice of a path; the kernels themselves are in path.inc.h, compiled once a path.
#include "CKernels.h"

#include <stdlib.h>
#include <string.h>

#pragma STDC FP_CONTRACT OFF
#pragma clang diagnostic ignored "-Wpass-failed"  // loops of unknown length are not unrolled
#pragma clang diagnostic ignored "-Wpsabi"  // vectors as arguments: only ever of functions that are inlined

#define PASTE2(a, b) a##_##b
#define PASTE(a, b) PASTE2(a, b)
#define NAMED(name) PASTE(name, PATH)

#define INLINE static inline __attribute__((always_inline))

#define PORTABLE 0
#define AVX2 1
#define AVX512 2

#define PATH portable
#define LEVEL PORTABLE
#define EPISODES_PER_VECTOR 1
#include "path.inc.h"

#if defined(__x86_64__)
#include <immintrin.h>

#pragma clang attribute push(__attribute__((target("avx2,fma,bmi,bmi2,lzcnt,popcnt"))), apply_to = function)
#define PATH avx2
#define LEVEL AVX2
#define EPISODES_PER_VECTOR 1
#include "path.inc.h"
#pragma clang attribute pop

#pragma clang attribute push(__attribute__((target("avx2,fma,bmi,bmi2,lzcnt,popcnt,avx512f,avx512bw,avx512dq,avx512vl,avx512vpopcntdq"))), apply_to = function)
#define PATH avx512
#define LEVEL AVX512
#define EPISODES_PER_VECTOR 2
#include "path.inc.h"
#pragma clang attribute pop
#endif

const ck_path *ck_path_at(int32_t index) {
  const ck_path *paths[3] = {&path_portable, 0, 0};
#if defined(__x86_64__)
  int count = 1;
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2")) {
    paths[count++] = &path_avx2;
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vpopcntdq"))
      paths[count++] = &path_avx512;
  }
#endif
  return index >= 0 && index < 3 ? paths[index] : 0;
}

void ck_random_seed(ck_random *random, uint64_t key) {
  uint64_t words[32];
  for (int i = 0; i < 32; i++) {
    uint64_t z = key += 0x9E3779B97F4A7C15ull;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
    words[i] = z ^ (z >> 31);
  }
  memcpy(random->s, words, sizeof words);
}

ck_softmax *ck_softmax_create(int32_t rows, int32_t columns, int32_t draws, float decay) {
  ck_softmax *actor = malloc(sizeof *actor);
  if (!actor) return 0;
  int vectors = (rows + 7) / 8;
  size_t padded = (size_t)vectors * 8, table = (rows + 1) * padded, episodes = CK_EPISODES * padded;
  size_t uniforms = (size_t)draws * CK_EPISODES, total = 2 * table + padded + 2 * episodes + 2 * uniforms + 64;
  float *memory = aligned_alloc(64, (total * sizeof(float) + 63) / 64 * 64);
  if (!memory) {
    free(actor);
    return 0;
  }
  memset(memory, 0, (total * sizeof(float) + 63) / 64 * 64);
  // Episodes' states first: pairs of episodes are whole 64-byte lines.
  *actor = (ck_softmax){.rows = rows, .columns = columns, .draws = draws, .vectors = vectors, .decay = decay};
  actor->z = memory;
  actor->w = actor->z + episodes;
  actor->uniforms = actor->w + episodes;
  actor->actions = (int32_t *)(actor->uniforms + uniforms);
  actor->logits = actor->uniforms + 2 * uniforms;
  actor->powers = actor->logits + (table + 15) / 16 * 16;
  actor->bias = actor->powers + (table + 15) / 16 * 16;
  return actor;
}

void ck_softmax_destroy(ck_softmax *actor) {
  if (actor) free(actor->z);
  free(actor);
}

// Hands out parts of one block of memory, each from the start of a 64-byte line on.
static size_t part(size_t *total, size_t count) {
  const size_t offset = *total;
  *total += (count + 15) / 16 * 16;
  return offset;
}

ck_policy *ck_policy_create(ck_policy_size size, const uint64_t *possible) {
  ck_policy *policy = malloc(sizeof *policy);
  if (!policy) return 0;
  const size_t vectors = (size.rows + 15) / 16, stride = vectors * 16, padded = (size.capacity + 1) / 2 * 2;
  const size_t table = (size.rows + 1) * stride, decisions = (size_t)size.columns * size.draws;
  size_t total = 0;
  const size_t past = part(&total, table * (size.lags + 1)), steps = part(&total, table + 16);
  const size_t powers = part(&total, table + 16), bias = part(&total, stride), keep = part(&total, stride);
  const size_t numbers = part(&total, stride), places = part(&total, stride);
  const size_t uniforms = part(&total, size.columns * ((size.draws * padded + 15) / 16 * 16));
  const size_t record = part(&total, size.capacity * size.columns * 2 * stride);
  const size_t inverses = part(&total, decisions * CK_EPISODES);
  const size_t cells = part(&total, decisions * CK_EPISODES), taken = part(&total, decisions * CK_EPISODES);
  const size_t past_gradient = part(&total, table * (size.lags + 1)), current_gradient = part(&total, table);
  const size_t bias_gradient = part(&total, stride), scratch = part(&total, stride * (3 * (size.draws + 1) + size.lags + 2));
  float *memory = aligned_alloc(64, total * sizeof(float));
  if (!memory) {
    free(policy);
    return 0;
  }
  memset(memory, 0, total * sizeof(float));
  *policy = (ck_policy){
      .memory = memory, .rows = size.rows, .columns = size.columns, .draws = size.draws, .vectors = (int32_t)vectors,
      .lags = size.lags, .has_decayed = size.has_decayed, .has_current = size.has_current, .chosen = size.chosen,
      .masked = size.chosen,
      .decay = size.decay, .past = memory + past, .steps = memory + steps, .powers = memory + powers,
      .bias = memory + bias, .keep = memory + keep, .numbers = memory + numbers, .places = (int32_t *)(memory + places),
      .uniforms = memory + uniforms,
      .record = memory + record, .inverses = memory + inverses, .cells = (int32_t *)(memory + cells),
      .taken = (int32_t *)(memory + taken), .past_gradient = memory + past_gradient,
      .current_gradient = memory + current_gradient, .bias_gradient = memory + bias_gradient, .scratch = memory + scratch};
  policy->own = (ck_tables){policy->past, policy->steps, policy->powers, policy->bias};
  for (size_t place = 0; place < stride; place++) {
    const size_t action = place % 8 * 2 * vectors + place / 8;
    policy->numbers[place] = (float)action;
    policy->places[action] = (int32_t)place;
    if (action >= (size_t)size.rows) continue;
    if (possible[action / 64] >> (action % 64) & 1)
      policy->keep[place] = 1;
    else
      policy->masked = 1;
  }
  return policy;
}

void ck_policy_destroy(ck_policy *policy) {
  if (policy) free(policy->memory);
  free(policy);
}

void ck_policy_share(ck_policy *policy, const ck_policy *from) {
  if (!from) {
    policy->past = policy->own.past;
    policy->steps = policy->own.steps;
    policy->powers = policy->own.powers;
    policy->bias = policy->own.bias;
    return;
  }
  policy->past = from->past;
  policy->steps = from->steps;
  policy->powers = from->powers;
  policy->bias = from->bias;
  policy->exact = from->exact;
  policy->small = from->small;
}
