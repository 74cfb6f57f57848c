// Everything of one path; the includer defines PATH, LEVEL and EPISODES_PER_VECTOR.
#include "random.inc.h"
#include "softmax.inc.h"
#include "play.inc.h"
#include "lanes.inc.h"
#include "policy.inc.h"
#include "gradient.inc.h"
#include "count.inc.h"
#include "returns.inc.h"
#include "optimizer.inc.h"

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
    .share = NAMED(share),
    .returns = NAMED(returns),
    .advantages = NAMED(advantages),
    .add_exactly = NAMED(add_exactly),
    .adam = NAMED(adam),
    .policy_prepare = NAMED(policy_prepare),
    .policy_play = NAMED(policy_play),
    .policy_gradient = NAMED(policy_gradient),
};

#undef PATH
#undef LEVEL
#undef EPISODES_PER_VECTOR
