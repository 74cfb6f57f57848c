// Single key presses from a terminal. Whatever ends the program, the terminal is as it was: the settings are given back
// at exit, at a stop (Ctrl-Z) and at every signal that ends a program.
#pragma once

/// Standard input gives single keys without showing them, until `rt_terminal_end_keys`.
void rt_terminal_begin_keys(void);
/// The terminal is as before. Does nothing if it is already.
void rt_terminal_end_keys(void);
/// The next key that was pressed; -1 if there is none.
int rt_terminal_key(void);
