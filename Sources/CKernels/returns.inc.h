// From shares to returns and advantages, sixteen episodes at a time: for learners, whatever the environment.

// out_i = scale * share_i + discount_i * out_(i + 1), plus what an episode's shares do not add up to; lanes from `count` on
// become 0. `sums`: of every decision's lanes.
static void NAMED(returns)(const float *shares, const float *discounts, const float *rewards, int32_t decisions,
                           int32_t count, float scale, float *out, float *sums) {
  f16 alive, sum = {0}, later = {0};
  for (int lane = 0; lane < 16; lane++) alive[lane] = lane < count ? 1.0f : 0.0f;
  for (int i = 0; i < decisions; i++) sum += *(const f16u *)(shares + i * 16);
  const f16 rest = (*(const f16u *)rewards - sum) * scale * alive;
  for (int i = decisions - 1; i >= 0; i--) {
    later = *(const f16u *)(shares + i * 16) * scale * alive + later * discounts[i];
    const f16 all = later + rest;
    *(f16u *)(out + i * 16) = all;
    const f8 half = SHUFFLE(all, all, 0, 1, 2, 3, 4, 5, 6, 7) + SHUFFLE(all, all, 8, 9, 10, 11, 12, 13, 14, 15);
    const f8 quarter = half + SHUFFLE(half, half, SWAP4_8), pair = quarter + SHUFFLE(quarter, quarter, SWAP2_8);
    sums[i] = pair[0] + pair[1];
  }
}

// Returns minus their decisions' means.
static void NAMED(advantages)(float *returns, const float *means, int32_t decisions) {
  for (int i = 0; i < decisions; i++) *(f16u *)(returns + i * 16) -= means[i];
}
