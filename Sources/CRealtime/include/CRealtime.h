// The audited list of C that the audio thread may call. Every declaration here carries `swift_attr("@_noLocks")`: a
// promise, made after reading the implementation, that it neither allocates nor locks.
#pragma once
#define RT_AUDITED __attribute__((swift_attr("@_noLocks")))

/// The sine of `x` radians.
RT_AUDITED float rt_sinf(float x);

/// The sine of `x` radians.
RT_AUDITED double rt_sin(double x);
/// The cosine of `x` radians.
RT_AUDITED double rt_cos(double x);
/// The smallest whole number not below `x`.
RT_AUDITED double rt_ceil(double x);
/// The nearest whole number, halves to even.
RT_AUDITED double rt_rint(double x);
/// Copies `count` doubles; the two places may overlap.
RT_AUDITED void rt_move(double *to, const double *from, long count);

#include "realtime_thread.h"
#include "terminal_keys.h"
#include "memory_arenas.h"
#include "memory_file.h"
#include "program_start.h"
