#include "CFuzzer.h"

// The library's own main refers to it, and comes with the rest of the library; ours is run instead, with a callback of its
// choice (LLVMFuzzerRunDriver).
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  (void)data;
  (void)size;
  return 0;
}
