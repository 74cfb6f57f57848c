// alsa-lib, and what Swift cannot import of it (macros, variadic function pointers), each with the prefix calsa_.
#pragma once
#include <alsa/asoundlib.h>
