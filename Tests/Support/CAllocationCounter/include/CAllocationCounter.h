// Counts a thread's allocations by interposing the C library's allocator.
//
// For tests and benchmarks only. A program that links this has its own malloc, calloc, realloc,
// aligned_alloc, memalign, posix_memalign and free, which count and call the originals. Under a
// sanitizer, which does the same, nothing is counted and `martlet_allocations_counted` is 0.
#pragma once

// How many allocations the calling thread has made so far.
long martlet_allocations(void);

// How often the calling thread has freed memory so far.
long martlet_releases(void);

// Whether allocations are counted in this build.
int martlet_allocations_counted(void);

// Between these two calls the calling thread must call nothing that allocates, locks or waits: the
// real-time sanitizer ends the program there, in a build that has it (`make rtsan`).
void martlet_realtime_enter(void);
void martlet_realtime_exit(void);

// Whether this build has it.
int martlet_realtime_checked(void);

// Runs `body` in a child process, whose standard error stream is `errors`; returns its exit status,
// 128 plus the signal that ended it, or a negative errno value.
int martlet_ends(void (*body)(void *context), void *context, int errors);
