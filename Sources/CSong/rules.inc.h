// The soft rules, in their order: a file each in `rules` says what it counts, where that comes from, and its name.

enum {
  STEPS, LEAPS, LINES, CONTRARY, PROGRESSION, HARMONIC_VARIETY, COMPLETENESS, DOUBLING, SUSPENSIONS, DENSITY_RULE,
  PULSE, NOTE_VALUES, ACCOMPANIMENT, LIKENESS, CADENCE_RULE, HEIGHT, CLIMAX, NADIR, BASS_LINE, THEME, FAULTS,
  DISSONANCE,
};

#include "rules/steps.inc.h"
#include "rules/leaps.inc.h"
#include "rules/lines.inc.h"
#include "rules/contrary_motion.inc.h"
#include "rules/progression.inc.h"
#include "rules/harmonic_variety.inc.h"
#include "rules/completeness.inc.h"
#include "rules/doubling.inc.h"
#include "rules/suspensions.inc.h"
#include "rules/density.inc.h"
#include "rules/pulse.inc.h"
#include "rules/note_values.inc.h"
#include "rules/accompaniment.inc.h"
#include "rules/likeness.inc.h"
#include "rules/cadence.inc.h"
#include "rules/height.inc.h"
#include "rules/climax.inc.h"
#include "rules/nadir.inc.h"
#include "rules/bass_line.inc.h"
#include "rules/theme.inc.h"
#include "rules/faults.inc.h"
#include "rules/dissonance.inc.h"

static const song_rule soft_rules[] = {
  STEPS_RULE, LEAPS_RULE, LINES_RULE, CONTRARY_RULE, PROGRESSION_RULE, HARMONIC_VARIETY_RULE, COMPLETENESS_RULE,
  DOUBLING_RULE, SUSPENSIONS_RULE, DENSITY_RULE_RULE, PULSE_RULE, NOTE_VALUES_RULE, ACCOMPANIMENT_RULE, LIKENESS_RULE,
  CADENCE_RULE_RULE, HEIGHT_RULE, CLIMAX_RULE, NADIR_RULE, BASS_LINE_RULE, THEME_RULE, FAULTS_RULE, DISSONANCE_RULE,
};
