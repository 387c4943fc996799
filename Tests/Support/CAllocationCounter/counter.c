#include "CAllocationCounter.h"

#include <errno.h>
#include <stddef.h>
#include <sys/wait.h>
#include <unistd.h>

static __thread long count;
static __thread long released;

long martlet_allocations(void) { return count; }

long martlet_releases(void) { return released; }

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define MARTLET_SANITIZED 1
#endif
#endif

#ifdef MARTLET_RTSAN

// The real-time sanitizer of compiler-rt: the Swift compiler has no flag for it, but it has this
// interface.
extern void __rtsan_realtime_enter(void);
extern void __rtsan_realtime_exit(void);

int martlet_realtime_checked(void) { return 1; }
void martlet_realtime_enter(void) { __rtsan_realtime_enter(); }
void martlet_realtime_exit(void) { __rtsan_realtime_exit(); }

#define MARTLET_SANITIZED 1

#else

int martlet_realtime_checked(void) { return 0; }
void martlet_realtime_enter(void) {}
void martlet_realtime_exit(void) {}

#endif

#ifdef MARTLET_SANITIZED

int martlet_allocations_counted(void) { return 0; }

#else

int martlet_allocations_counted(void) { return 1; }

// glibc's own names of the functions that are replaced here.
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t number, size_t size);
extern void *__libc_realloc(void *memory, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);
extern void __libc_free(void *memory);

void *malloc(size_t size) {
    count++;
    return __libc_malloc(size);
}

void *calloc(size_t number, size_t size) {
    count++;
    return __libc_calloc(number, size);
}

void *realloc(void *memory, size_t size) {
    count++;
    return __libc_realloc(memory, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
    count++;
    return __libc_memalign(alignment, size);
}

int posix_memalign(void **memory, size_t alignment, size_t size) {
    count++;
    void *made = __libc_memalign(alignment, size);
    if (made == NULL) return ENOMEM;
    *memory = made;
    return 0;
}

void *memalign(size_t alignment, size_t size) {
    count++;
    return __libc_memalign(alignment, size);
}

void free(void *memory) {
    // Freeing NULL does not count.
    if (memory != NULL) released++;
    __libc_free(memory);
}

#endif

int martlet_ends(void (*body)(void *), void *context, int errors) {
    pid_t child = fork();
    if (child < 0) return -errno;
    if (child == 0) {
        dup2(errors, STDERR_FILENO);
        body(context);
        _exit(0);
    }
    int status = 0;
    while (waitpid(child, &status, 0) < 0) {
        if (errno != EINTR) return -errno;
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
