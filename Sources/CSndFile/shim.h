// libsndfile, as it is: Swift imports everything we call.
#include <sndfile.h>
