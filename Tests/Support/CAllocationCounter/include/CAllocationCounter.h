// Counts what a thread allocates, by standing before the C library's allocator.
//
// For tests and benchmarks only. A program that links this has its own malloc, calloc, realloc,
// aligned_alloc, memalign, posix_memalign and free, which count and hand on. Under a sanitizer, which
// does the same, nothing is counted and `martlet_allocations_counted` is 0.
#pragma once

// How many allocations the calling thread has made so far.
long martlet_allocations(void);

// How often the calling thread has given memory back so far.
long martlet_releases(void);

// Whether allocations are counted in this build.
int martlet_allocations_counted(void);
