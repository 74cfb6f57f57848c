// One path, NAME: the engine for four parts that are composed freely (NAME_FOUR), then for everything, which calls that.
#define PATH NAME_FOUR
#define PARTS(world) 4
#define FREELY 1
#include "engine.inc.h"
#undef FREELY
#undef PARTS
#undef PATH
#define PATH NAME
#define PARTS(world) ((world)->parts)
#define FREELY 0
#define FOUR_PARTS PASTE(play_all, NAME_FOUR)
#include "engine.inc.h"
#undef FOUR_PARTS
#undef FREELY
#undef PARTS
#undef PATH
#undef NAME
#undef NAME_FOUR
