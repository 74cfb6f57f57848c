#include "CRealtime.h"

#include <math.h>
#include <string.h>

float rt_sinf(float x) { return sinf(x); }
double rt_sin(double x) { return sin(x); }
double rt_cos(double x) { return cos(x); }
double rt_ceil(double x) { return ceil(x); }
double rt_rint(double x) { return nearbyint(x); }
void rt_move(double *to, const double *from, long count) { memmove(to, from, (size_t)count * sizeof *to); }
