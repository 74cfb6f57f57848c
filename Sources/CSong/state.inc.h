// What a runner remembers while it composes.

enum { MOST_DECISIONS = 12288, UNDONE = SONG_SPANS };

// Everything that taking back has to restore, except the grid, which is written anew.
typedef struct state {
  uint64_t random[2];
  int8_t lane[SONG_PARTS];    // what sounds; -1: silence
  int8_t last[SONG_PARTS];    // the last note, also when it has ended; -1: none yet
  int8_t before[SONG_PARTS];  // the note before that; -1: none
  int8_t turn[SONG_PARTS];    // class of the last interval, 0 to 6
  int8_t pending[SONG_PARTS]; // 1: a passing or neighbour note that has to go on by step; 2: a suspension
  int8_t repeats[SONG_PARTS], zigzag;
  int16_t pitch[SONG_PARTS], last_pitch[SONG_PARTS];
  int16_t length[SONG_PARTS]; // steps the note has sounded
  int16_t in_bar[SONG_PARTS]; // onsets in this bar
  int32_t chord, next, chord_before;
  const song_chord *harmony, *harmony_after, *harmony_before;
  int32_t loose;              // what returns exactly may differ, because it could not be composed: 1 the bass, 2 everything
  int32_t climaxes, nadirs, suspensions;
  int32_t decisions, recorded, probabilities, faults;
  float sharpness;            // logits of bars that return are multiplied by it
  double rule[SONG_RULES];
} state;

struct song {
  song_task task;
  song_result result;
  song_asked asked;
  int32_t scripted;  // decisions of the script that were taken
  int32_t from;      // the first step of the span that is composed: chords and rhythms are decided before its notes
  state now;
  song_grid grid;
  uint32_t octaves[SONG_LANES];  // of every lane, the lanes of its class
  song_decision decision[1 + MOST_DECISIONS];  // the first takes what comes before any decision, or without a record
  float probability[MOST_DECISIONS * 20];
  state undo[UNDONE];
};

INLINE uint64_t next_random(uint64_t *s) {  // xorshift128+
  uint64_t a = s[0], b = s[1], sum = a + b;
  s[0] = b;
  a ^= a << 23;
  s[1] = a ^ b ^ (a >> 18) ^ (b >> 5);
  return sum;
}

INLINE void seed_random(uint64_t *s, uint64_t key) {  // splitmix64
  for (int i = 0; i < 2; i++) {
    uint64_t z = key += 0x9E3779B97F4A7C15ull;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
    s[i] = z ^ (z >> 31);
  }
}

// Lanes below one, from -31 to 63; a lane, from -31 to 63.
INLINE uint32_t below(int lane) { return (uint32_t)((((uint64_t)1 << ((lane < 0 ? 0 : lane) & 63)) - 1)); }
INLINE uint32_t bit(int lane) { return (uint32_t)(((uint64_t)1 << ((lane + 32) & 63)) >> 32); }
INLINE int turn_of(int d) { return 3 + (d < -3 ? -3 : d > 3 ? 3 : d); }  // class of an interval
INLINE uint32_t if_so(int condition) { return -(uint32_t)(condition != 0); }
INLINE int least(int a, int b) { return a < b ? a : b; }
INLINE int most(int a, int b) { return a > b ? a : b; }
