// FluidSynth, as it is.
#pragma once
#include <fluidsynth.h>
