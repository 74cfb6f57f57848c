// libdbus-1, as it is: what we call of it has no variable arguments.
#include <dbus/dbus.h>
