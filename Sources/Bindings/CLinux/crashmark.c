#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

// The signals by which a program ends itself: traps, bad memory, abort.
static const int fatal[] = {SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGFPE, SIGABRT};
enum { fatal_count = sizeof fatal / sizeof *fatal };

static struct sigaction before[fatal_count];
static _Atomic int mark = -1;
static _Atomic pid_t owner;

static void crashed(int number, siginfo_t *information, void *context) {
    (void)context;
    int saved = errno;
    // A signal from another process, such as systemd's watchdog, is not caused by what this program
    // reads; a child that has not started its program yet is another process.
    bool is_sent = information->si_code == SI_USER || information->si_code == SI_QUEUE;
    bool is_own = !is_sent || information->si_pid == getpid();
    int descriptor = atomic_exchange(&mark, -1);
    if (is_own && descriptor >= 0 && atomic_load(&owner) == getpid()) {
        ssize_t written = write(descriptor, "x", 1);
        (void)written;
    }
    for (int index = 0; index < fatal_count; index++) {
        if (fatal[index] == number) sigaction(number, &before[index], NULL);
    }
    errno = saved;
    // Delivered to the previous handler when this returns.
    raise(number);
}

void martlet_crash_mark(int descriptor) {
    atomic_store(&owner, getpid());
    atomic_store(&mark, descriptor);
    if (descriptor < 0) return;
    struct sigaction action = {.sa_sigaction = crashed, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    sigemptyset(&action.sa_mask);
    for (int index = 0; index < fatal_count; index++) {
        // A handler that was installed since the last mark is kept and runs after this one.
        struct sigaction present;
        if (sigaction(fatal[index], NULL, &present) != 0 || present.sa_sigaction == crashed) continue;
        before[index] = present;
        sigaction(fatal[index], &action, NULL);
    }
}

void martlet_crash_unmark(int descriptor) {
    int expected = descriptor;
    atomic_compare_exchange_strong(&mark, &expected, -1);
}
