// The song environment's inner loops: composing, scoring and learning from pieces in parts.
//
// A piece is composed span by span (a span is what one chord has: half a bar of 4/4). In each span, in this order: the
// transformation of a bar that returns, the next chord, every part's rhythm, then step by step the parts' pitches. What
// may be chosen is a mask of bits (the hard rules), what is chosen is drawn from a softmax over sums of rows of weights.
// All paths of one engine give the same bits.
#ifndef CSONG_H
#define CSONG_H

#include <stdint.h>

enum {
  SONG_PARTS = 6,
  SONG_LANES = 32,    // degrees of the scale, from the lowest of any part up
  SONG_CHORDS = 32,   // chords of a key
  SONG_BARS = 128,
  SONG_BAR_SPANS = 2,  // spans of a bar
  SONG_SPANS = SONG_BAR_SPANS * SONG_BARS,
  SONG_STEPS = 8 * SONG_BARS,
  SONG_UPBEAT = 3,    // steps before the first bar
  SONG_RULES = 24,    // soft rules
  SONG_ROWS = 11,     // the most rows of weights that one decision adds up
  SONG_SLOTS = 4096,  // places that have a baseline of their own
};

// How a bar relates to the bar it refers to.
enum { SONG_FREE, SONG_EXACT, SONG_VARIED, SONG_SEQUENCE, SONG_INVERSION, SONG_DEVELOPMENT, SONG_RELATIONS };

// How a phrase ends.
enum { SONG_OPEN, SONG_HALF, SONG_AUTHENTIC, SONG_DECEPTIVE, SONG_PLAGAL, SONG_IMPERFECT, SONG_CADENCES };

// The pitches of the lanes while one chord sounds: the scale, perhaps with raised degrees.
typedef struct song_scale {
  int16_t pitch[SONG_LANES];  // degree of the tuning above lane 0 of the unaltered scale, plus 1 (an altered lane 0)
} song_scale;

// A chord of a key. Masks are of lanes.
typedef struct song_chord {
  uint32_t members, bass, root, third, fifth, seventh;
  uint32_t rising;        // tones that want to rise by step when the chord changes: leading tones
  uint32_t next;          // chords of the same key that may follow
  uint8_t root_class;     // lane of the root, modulo degrees
  uint8_t scale;          // the scale's number
  uint8_t dominant;       // 1: of the key's tonic, 2: of another degree
  uint8_t target;         // for dominants: the lane class of the chord that they lead to
  float dissonance;       // 0: consonant
} song_chord;

typedef struct song_key {
  song_chord chord[SONG_CHORDS];
  int32_t tonic;  // lane class
  int32_t mode;   // which weights its chords have: 0 major, 1 minor or any other
} song_key;

// What a configuration fixes for all pieces.
typedef struct song_world {
  int32_t parts, degrees, pitches, classes;
  int32_t steps, start[SONG_BAR_SPANS], length[SONG_BAR_SPANS];  // of a bar; of its spans
  uint8_t weight[8];                            // of a bar's steps: 2 strong, 1 beat, 0 off the beat
  int32_t low[SONG_PARTS], high[SONG_PARTS];    // range of every part in lanes, highest part first
  const song_scale *scale;
  const song_key *key;
  const uint32_t *reach;    // [scale][pitch]: lanes that a part may go to from this pitch
  const uint32_t *fifth_above, *fifth_below;  // [scale][class]: lanes a perfect fifth away, modulo the period
  const uint8_t *is_fifth;  // [class of the lower][class of the higher]
  const uint32_t *unison;   // [scale][class]: lanes on the same pitch, modulo the period
  const uint8_t *class_of;  // [pitch]: pitch modulo the period
  float coefficient[SONG_RULES];
} song_world;

typedef struct song_bar {
  int8_t phrase, in_phrase, phrase_bars, level, relation, key, texture, cadence, arrival /* span, -1: none */;
  int8_t climax, nadir;     // whether the highest or the lowest note of the piece may come here
  int8_t lead;              // steps of pickup to the next phrase at the end of the bar
  int8_t breath;            // steps of rest of the top part at the end of the bar
  int8_t last;              // the piece's close
  int8_t place;             // how far the piece is: 0 to 7
  int16_t reference;        // -1: none
  int16_t contrast;         // 1: of a section that is not the theme's
  float likeness;           // to the reference, 0 to 1
  uint8_t density[SONG_PARTS];  // onsets that are wanted
  uint8_t slow;             // one chord for the whole bar
} song_bar;

typedef struct song_plan {
  int32_t bars, opening /* lanes that the top part may begin on: a mask */, climax_lane, nadir_lane;
  int32_t upbeat;  // steps of the top part before the first bar: less than its first span has, SONG_UPBEAT at most
  song_bar bar[SONG_BARS];
  uint32_t chords[SONG_SPANS];   // what the plan allows
  uint8_t context[SONG_SPANS];   // spans to the cadence (0 to 7) + 8 * kind of cadence
  float rhythm_taste[2][16], step_taste[16];  // what this piece likes: its theme, its other sections; both
} song_plan;

// A piece: what the decisions have made of it. Also the input where something of it is given.
typedef struct song_grid {
  int8_t lane[SONG_PARTS][SONG_STEPS];   // -1: silent
  uint8_t onset[SONG_PARTS][SONG_STEPS];
  int16_t pitch[SONG_PARTS][SONG_STEPS]; // degree of the tuning; -1: silent
  int8_t rhythm[SONG_PARTS][SONG_SPANS]; // the pattern chosen
  int8_t chord[SONG_SPANS];
  int8_t transformation[SONG_BARS];
  int8_t upbeat_lane[SONG_UPBEAT], upbeat_rhythm;  // the top part's before the first bar; a pattern of its first span
  uint8_t upbeat_onset[SONG_UPBEAT];
  int16_t upbeat_pitch[SONG_UPBEAT];
} song_grid;

// One decision that can be learned from.
typedef struct song_decision {
  int32_t row[SONG_ROWS];
  int32_t probabilities;  // where they begin
  int16_t slot, step;
  uint8_t count, vectors, action, invention;
  float reward;
} song_decision;

typedef struct song song;

typedef struct song_path {
  const char *name;
  void (*play)(song *);
  // Decision i has advantage [i * stride]; the temperature is `invention` times as high where something new is due.
  void (*accumulate)(song *, const float *advantages, int64_t stride, float temperature, float invention, float *gradient);
} song_path;

const song_path *song_path_at(int32_t index);

int32_t song_weight_count(void);

// A soft rule: its name in the configuration, what it says, and what it is multiplied by where nobody says otherwise.
typedef struct song_rule {
  const char *name, *summary;
  float coefficient;
} song_rule;

// 0 beyond the last one.
const song_rule *song_rule_at(int32_t index);

// The arrays of the structures above, for callers that cannot index them.
static inline int32_t *song_world_start(song_world *w) { return w->start; }
static inline int32_t *song_world_length(song_world *w) { return w->length; }
static inline uint8_t *song_world_weight(song_world *w) { return w->weight; }
static inline int32_t *song_world_low(song_world *w) { return w->low; }
static inline int32_t *song_world_high(song_world *w) { return w->high; }
static inline float *song_world_coefficient(song_world *w) { return w->coefficient; }
static inline int16_t *song_scale_pitch(song_scale *s) { return s->pitch; }
static inline song_chord *song_key_chord(song_key *k) { return k->chord; }
static inline song_bar *song_plan_bar(song_plan *p) { return p->bar; }
static inline uint8_t *song_bar_density(song_bar *b) { return b->density; }
static inline uint32_t *song_plan_chords(song_plan *p) { return p->chords; }
static inline uint8_t *song_plan_context(song_plan *p) { return p->context; }
static inline float *song_plan_rhythm_taste(song_plan *p, int contrast) { return p->rhythm_taste[contrast]; }
static inline float *song_plan_step_taste(song_plan *p) { return p->step_taste; }
static inline int8_t *song_grid_lane(song_grid *g, int part) { return g->lane[part]; }
static inline uint8_t *song_grid_onset(song_grid *g, int part) { return g->onset[part]; }
static inline int16_t *song_grid_pitch(song_grid *g, int part) { return g->pitch[part]; }
static inline int8_t *song_grid_rhythm(song_grid *g, int part) { return g->rhythm[part]; }
static inline int8_t *song_grid_chord(song_grid *g) { return g->chord; }
static inline int8_t *song_grid_transformation(song_grid *g) { return g->transformation; }
static inline int8_t *song_grid_upbeat_lane(song_grid *g) { return g->upbeat_lane; }
static inline uint8_t *song_grid_upbeat_onset(song_grid *g) { return g->upbeat_onset; }
static inline int16_t *song_grid_upbeat_pitch(song_grid *g) { return g->upbeat_pitch; }

// A piece's player of one thread; 0 if there is no memory.
song *song_create(void);
void song_destroy(song *);
song_grid *song_grid_of(song *);

typedef struct song_task {
  const song_world *world;
  const song_plan *plan;
  const float *weights;
  uint64_t key;             // of the random numbers
  float sharpness;          // logits of bars that return are multiplied by it
  int32_t record;           // whether decisions are kept for accumulate
  int32_t retries;          // how often a span is drawn again before a fault is accepted
  int32_t given_retries;    // the same where the first part is given
  int32_t budget;           // spans drawn again in all; 0: 400 times `retries`
  int32_t replay;           // 1: all decisions are given by the grid, nothing is drawn
  const uint8_t *given;     // [part * SONG_BARS + bar]: what is taken from the grid; 0: nothing
  float *bars;              // [bar * SONG_RULES + rule]: where rewards are added up, or 0
  uint16_t *bar_faults;     // [bar], or 0
  const uint8_t *script;    // decisions that somebody else has taken, or 0: those with more than one choice
  int32_t script_length;
} song_task;

// What stands before the decision that a script has not taken yet.
typedef struct song_asked {
  uint32_t mask;            // what may be chosen; 0: the piece is complete
  int32_t slot, step, faults;
  int32_t decided;          // steps of which every part stands
  int8_t lane[SONG_PARTS];  // what sounds; -1: silence
  double rule[SONG_RULES];
} song_asked;

typedef struct song_result {
  double total;
  double rule[SONG_RULES];
  int32_t faults, decisions, recorded, taken_back;
} song_result;

song_task *song_task_of(song *);
const song_result *song_result_of(const song *);
const song_asked *song_asked_of(const song *);
void song_begin_script(song *);  // before `play` with a script
const song_decision *song_decisions_of(const song *);

#endif
