// libFuzzer's entry, which comes with the compiler: https://llvm.org/docs/LibFuzzer.html#using-libfuzzer-as-a-library
#pragma once
#include <stddef.h>
#include <stdint.h>

/// Calls `callback` with one input after another, as the arguments say.
int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*callback)(const uint8_t *data, size_t size));
