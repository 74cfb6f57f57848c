// liblo's messages and addresses; its servers are not used, because they listen on every address.
#include <lo/lo.h>
