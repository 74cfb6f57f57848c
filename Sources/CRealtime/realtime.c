#include "CRealtime.h"

#include <math.h>

float rt_sinf(float x) { return sinf(x); }
