// thread-sanitizer.c: a library that `make tsan` preloads, so that the sanitizer sees the ordering
// of a Mutex.
//
// The toolchain's Synchronization library is built without the sanitizer. A free lock is taken in
// our own code, which is instrumented; a held one is waited for in the library's two functions
// below, whose ordering is reported here. Their names are mangled: `_lockSlow(UInt32)` and
// `_unlockSlow()` of `_MutexHandle`, whose only member, at its address, is the lock's word.
#include <dlfcn.h>
#include <stdint.h>

#define LOCK_SLOW "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define UNLOCK_SLOW "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"

// From the sanitizer's runtime; absent in programs without it, such as the shells of the tests.
extern void __tsan_acquire(void *address) __attribute__((weak));
extern void __tsan_release(void *address) __attribute__((weak));

typedef __attribute__((swiftcall)) void (*Lock)(
    uint32_t thread, __attribute__((swift_context)) void *handle);
typedef __attribute__((swiftcall)) void (*Unlock)(__attribute__((swift_context)) void *handle);

__attribute__((swiftcall, visibility("default"))) void martlet_lock_slow(
    uint32_t thread, __attribute__((swift_context)) void *handle) __asm__(LOCK_SLOW);
__attribute__((swiftcall, visibility("default"))) void martlet_unlock_slow(
    __attribute__((swift_context)) void *handle) __asm__(UNLOCK_SLOW);

__attribute__((swiftcall)) void martlet_lock_slow(
    uint32_t thread, __attribute__((swift_context)) void *handle) {
    static Lock next;
    Lock lock = __atomic_load_n(&next, __ATOMIC_ACQUIRE);
    if (!lock) {
        lock = (Lock)dlsym(RTLD_NEXT, LOCK_SLOW);
        __atomic_store_n(&next, lock, __ATOMIC_RELEASE);
    }
    lock(thread, handle);
    if (__tsan_acquire) {
        __tsan_acquire(handle);
    }
}

__attribute__((swiftcall)) void martlet_unlock_slow(
    __attribute__((swift_context)) void *handle) {
    static Unlock next;
    Unlock unlock = __atomic_load_n(&next, __ATOMIC_ACQUIRE);
    if (!unlock) {
        unlock = (Unlock)dlsym(RTLD_NEXT, UNLOCK_SLOW);
        __atomic_store_n(&next, unlock, __ATOMIC_RELEASE);
    }
    if (__tsan_release) {
        __tsan_release(handle);
    }
    unlock(handle);
}
