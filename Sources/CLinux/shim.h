#pragma once
// Headers the Glibc module leaves out, and variadic calls Swift cannot import.
#include <sys/eventfd.h>
#include <sys/prctl.h>

/// Names the calling thread; the kernel cuts the name at 15 bytes.
static inline void clinux_name_this_thread(const char *name) { prctl(PR_SET_NAME, name, 0, 0, 0); }

/// Writes the calling thread's name, at most 16 bytes with its NUL.
static inline void clinux_copy_thread_name(char *name) { prctl(PR_GET_NAME, name, 0, 0, 0); }
