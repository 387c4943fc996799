#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <linux/capability.h>
#include <linux/spi/spidev.h>
#include <malloc.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static const int64_t nanoseconds_per_second = 1000000000;

static struct timespec timespec_of(int64_t nanoseconds) {
    return (struct timespec){
        nanoseconds / nanoseconds_per_second, nanoseconds % nanoseconds_per_second};
}

const char *martlet_error_text(int code) {
    const char *text = strerrordesc_np(code);
    return text ? text : "unknown error";
}

int64_t martlet_monotonic_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * nanoseconds_per_second + now.tv_nsec;
}

void martlet_sleep_until(int64_t nanoseconds) {
    struct timespec until = timespec_of(nanoseconds);
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR) {
    }
}

int martlet_timerfd(void) {
    return timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
}

int martlet_timerfd_arm(int descriptor, int64_t nanoseconds, int64_t interval) {
    struct itimerspec when = {
        .it_value = timespec_of(nanoseconds), .it_interval = timespec_of(interval)};
    return timerfd_settime(descriptor, TFD_TIMER_ABSTIME, &when, NULL);
}

int martlet_clock_timerfd(bool is_wall_clock) {
    return timerfd_create(
        is_wall_clock ? CLOCK_REALTIME : CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK);
}

int martlet_clock_timerfd_arm(int descriptor, int64_t nanoseconds, bool is_wall_clock) {
    struct itimerspec when = {.it_value = timespec_of(nanoseconds > 0 ? nanoseconds : 1)};
    int flags = TFD_TIMER_ABSTIME | (is_wall_clock ? TFD_TIMER_CANCEL_ON_SET : 0);
    return timerfd_settime(descriptor, flags, &when, NULL);
}

int martlet_temporary_file(char *name) {
    return mkostemp(name, O_CLOEXEC);
}

int martlet_eventfd(void) {
    return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
}

// These are eventfd's own calls and not write and read, which the real-time sanitizer cannot
// distinguish from those on a log or a pipe; the thread sanitizer, however, knows only write and
// read, and the order that they establish.
#if __has_feature(thread_sanitizer)
static bool counter_add(int descriptor) {
    const eventfd_t one = 1;
    return write(descriptor, &one, sizeof one) == sizeof one;
}
static bool counter_take(int descriptor, eventfd_t *count) {
    return read(descriptor, count, sizeof *count) == sizeof *count;
}
#else
static bool counter_add(int descriptor) { return eventfd_write(descriptor, 1) == 0; }
static bool counter_take(int descriptor, eventfd_t *count) {
    return eventfd_read(descriptor, count) == 0;
}
#endif

void martlet_eventfd_signal(int descriptor) {
    while (!counter_add(descriptor) && errno == EINTR) {
    }
}

bool martlet_counter_drain(int descriptor) {
    eventfd_t count;
    while (!counter_take(descriptor, &count)) {
        if (errno != EINTR) return false;
    }
    return true;
}

int martlet_wait_readable(int descriptor, int milliseconds) {
    struct pollfd entry = {.fd = descriptor, .events = POLLIN};
    return poll(&entry, 1, milliseconds);
}

int martlet_epoll(void) {
    return epoll_create1(EPOLL_CLOEXEC);
}

int martlet_epoll_add(int epoll, int descriptor) {
    struct epoll_event event = {.events = EPOLLIN, .data.fd = descriptor};
    return epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event);
}

int martlet_wait_either(int first, int second, int milliseconds) {
    struct pollfd entries[] = {
        {.fd = first, .events = POLLIN}, {.fd = second, .events = POLLIN}};
    if (poll(entries, 2, milliseconds) <= 0) return 0;
    return (entries[0].revents ? 1 : 0) | (entries[1].revents ? 2 : 0);
}

int martlet_inotify(void) {
    return inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
}

int martlet_inotify_nodes(int inotify, const char *folder, const char *parent) {
    int outer = inotify_add_watch(inotify, parent, IN_CREATE | IN_MOVED_TO | IN_ONLYDIR);
    int inner = inotify_add_watch(
        inotify, folder, IN_CREATE | IN_MOVED_TO | IN_ATTRIB | IN_CLOSE | IN_ONLYDIR);
    return outer < 0 && inner < 0 ? -1 : 0;
}

static int change_of(const struct inotify_event *event, char last, const char *name) {
    // Lost events may have been of any kind.
    if (event->mask & IN_Q_OVERFLOW) return 1;
    if (event->len == 0) return 0;
    if (strcmp(event->name, name) == 0) return 1;
    size_t length = strlen(event->name);
    if (strncmp(event->name, "pcm", 3) != 0 || event->name[length - 1] != last) return 0;
    return event->mask & IN_CLOSE ? 2 : 1;
}

int martlet_inotify_take(int inotify, char last, const char *name) {
    _Alignas(struct inotify_event) char buffer[4096];
    int changes = 0;
    ssize_t count;
    while ((count = read(inotify, buffer, sizeof buffer)) > 0) {
        for (ssize_t at = 0; at < count;) {
            const struct inotify_event *event = (const struct inotify_event *)(buffer + at);
            changes |= change_of(event, last, name);
            at += sizeof *event + event->len;
        }
    }
    return changes;
}

void martlet_name_thread(const char *name) {
    pthread_setname_np(pthread_self(), name);
}

long martlet_thread_waits(void) {
    struct rusage usage;
    return getrusage(RUSAGE_THREAD, &usage) == 0 ? usage.ru_nvcsw : 0;
}

int martlet_schedule_thread(int priority) {
    struct sched_param parameters = {.sched_priority = priority};
    int policy = (priority > 0 ? SCHED_FIFO : SCHED_OTHER) | SCHED_RESET_ON_FORK;
    return sched_setscheduler(0, policy, &parameters);
}

static bool may_lock_memory(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_MEMLOCK, &limit) == 0 && limit.rlim_cur == RLIM_INFINITY) return true;
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];
    if (syscall(SYS_capget, &header, data) != 0) return false;
    return data[CAP_TO_INDEX(CAP_IPC_LOCK)].effective & CAP_TO_MASK(CAP_IPC_LOCK);
}

int martlet_lock_memory(void) {
    // Under a limit, every later allocation beyond it would fail: an unlocked program is better.
    if (!may_lock_memory()) {
        errno = EPERM;
        return -1;
    }
    // On fault: pages that are never touched, such as most of each thread's stack, take no memory.
    return mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT);
}

static int let_go(struct dl_phdr_info *object, size_t size, void *context) {
    (void)size;
    (void)context;
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    for (int index = 0; index < object->dlpi_phnum; index++) {
        const ElfW(Phdr) *part = &object->dlpi_phdr[index];
        // Only read-only parts: code and constants, which are read again from the file. Relocated
        // data (RELRO) is in a writable part.
        if (part->p_type != PT_LOAD || (part->p_flags & PF_W) != 0) continue;
        uintptr_t begin = (object->dlpi_addr + part->p_vaddr + page - 1) / page * page;
        uintptr_t end = (object->dlpi_addr + part->p_vaddr + part->p_memsz) / page * page;
        // This fails for the kernel's own page of code (vdso), and for locked pages.
        if (end > begin) madvise((void *)begin, end - begin, MADV_DONTNEED);
    }
    return 0;
}

void martlet_release_startup_pages(void) {
    dl_iterate_phdr(let_go, NULL);
    malloc_trim(0);
}

int martlet_signalfd(const int *signals, int count) {
    sigset_t set;
    sigemptyset(&set);
    for (int index = 0; index < count; index++) {
        sigaddset(&set, signals[index]);
    }
    int code = pthread_sigmask(SIG_BLOCK, &set, NULL);
    if (code != 0) {
        errno = code;
        return -1;
    }
    return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

int martlet_signalfd_next(int descriptor) {
    struct signalfd_siginfo info;
    ssize_t taken = read(descriptor, &info, sizeof info);
    return taken == sizeof info ? (int)info.ssi_signo : -1;
}

char **martlet_environment(void) {
    return environ;
}

int martlet_pipe(int descriptors[2]) {
    return pipe2(descriptors, O_CLOEXEC);
}

int martlet_pending_bytes(int descriptor) {
    int count = 0;
    return ioctl(descriptor, FIONREAD, &count) == 0 ? count : 0;
}

int martlet_pidfd(pid_t process) {
    return (int)syscall(SYS_pidfd_open, process, 0);
}

int martlet_spawn(
    pid_t *process, char *const arguments[], char *const environment[], const char *directory,
    int input, int output, int error) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    int code = posix_spawn_file_actions_init(&actions);
    if (code != 0) return code;
    code = posix_spawnattr_init(&attributes);
    if (code != 0) {
        posix_spawn_file_actions_destroy(&actions);
        return code;
    }
    sigset_t all, none;
    sigfillset(&all);
    sigemptyset(&none);
    short flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
    if (directory) code = posix_spawn_file_actions_addchdir_np(&actions, directory);
    if (!code) code = posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
    if (!code) code = posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    if (!code) code = posix_spawn_file_actions_adddup2(&actions, error, STDERR_FILENO);
    if (!code) code = posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
    if (!code) code = posix_spawnattr_setflags(&attributes, flags);
    if (!code) code = posix_spawnattr_setpgroup(&attributes, 0);
    if (!code) code = posix_spawnattr_setsigdefault(&attributes, &all);
    if (!code) code = posix_spawnattr_setsigmask(&attributes, &none);
    if (!code) {
        code = posix_spawnp(process, arguments[0], &actions, &attributes, arguments, environment);
    }
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return code;
}

// Fills an address and returns its length; 0 and ENAMETOOLONG when the name does not fit.
static socklen_t unix_address(struct sockaddr_un *address, const void *name, size_t length) {
    memset(address, 0, sizeof *address);
    address->sun_family = AF_UNIX;
    // One byte stays free for the zero that ends a path.
    if (length >= sizeof address->sun_path) {
        errno = ENAMETOOLONG;
        return 0;
    }
    memcpy(address->sun_path, name, length);
    bool is_path = length > 0 && address->sun_path[0] != 0;
    return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length + (is_path ? 1 : 0));
}

int martlet_unix_socket(bool is_stream) {
    int type = is_stream ? SOCK_STREAM : SOCK_DGRAM;
    return socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

int martlet_unix_connect(int descriptor, const void *name, size_t length) {
    struct sockaddr_un address;
    socklen_t size = unix_address(&address, name, length);
    return size == 0 ? -1 : connect(descriptor, (struct sockaddr *)&address, size);
}

int martlet_unix_bind(int descriptor, const void *name, size_t length) {
    struct sockaddr_un address;
    socklen_t size = unix_address(&address, name, length);
    return size == 0 ? -1 : bind(descriptor, (struct sockaddr *)&address, size);
}

int martlet_accept(int descriptor) {
    return accept4(descriptor, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
}

int martlet_terminal_raw(int descriptor, struct termios *saved) {
    if (tcgetattr(descriptor, saved) != 0) return -1;
    struct termios raw = *saved;
    raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
    raw.c_cc[VMIN] = 0;
    raw.c_cc[VTIME] = 0;
    return tcsetattr(descriptor, TCSANOW, &raw);
}

int martlet_terminal_hide(int descriptor, struct termios *saved) {
    if (tcgetattr(descriptor, saved) != 0) return -1;
    struct termios hidden = *saved;
    hidden.c_lflag &= ~(tcflag_t)(ECHO | ECHONL);
    hidden.c_lflag |= ICANON | ISIG;
    hidden.c_cc[VSUSP] = _POSIX_VDISABLE;
    hidden.c_cc[VQUIT] = _POSIX_VDISABLE;
    return tcsetattr(descriptor, TCSAFLUSH, &hidden);
}

int martlet_spi_setup(int descriptor, uint32_t speed) {
    uint8_t mode = SPI_MODE_0, bits = 8;
    if (ioctl(descriptor, SPI_IOC_WR_MODE, &mode) < 0) return errno == ENOTTY ? 0 : -1;
    if (ioctl(descriptor, SPI_IOC_WR_BITS_PER_WORD, &bits) < 0) return -1;
    return ioctl(descriptor, SPI_IOC_WR_MAX_SPEED_HZ, &speed);
}
