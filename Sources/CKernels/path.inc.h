// Everything of one path; the includer defines PATH, LEVEL and EPISODES_PER_VECTOR.
#include "random.inc.h"
#include "softmax.inc.h"
#include "play.inc.h"
#include "count.inc.h"

static const ck_path NAMED(path) = {
#if LEVEL == PORTABLE
    .name = "portable",
#elif LEVEL == AVX2
    .name = "avx2",
#else
    .name = "avx512",
#endif
    .uniforms = NAMED(uniforms),
    .sample = NAMED(sample),
    .prepare = NAMED(prepare),
    .play = NAMED(play),
    .count = NAMED(count),
};

#undef PATH
#undef LEVEL
#undef EPISODES_PER_VECTOR
