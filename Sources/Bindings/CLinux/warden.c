// The warden of a confined program, and the program's start up to its exec.
//
// A warden is this executable, started with its own argv[0]: it branches off before `main`, in
// whatever program this is linked into. So it has none of the daemon's memory, and no key. Nothing
// here has to be thread-safe, as there are no other threads.
#define _GNU_SOURCE
#include "confined.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

// MARK: the description

static bool read_program(int file, struct program *program) {
    struct stat status;
    uint32_t counts[MARTLET_LISTS];
    const size_t head = sizeof program->limits + sizeof counts;
    if (fstat(file, &status) != 0 || (size_t)status.st_size < head) return false;
    program->length = (size_t)status.st_size;
    char *memory = mmap(NULL, program->length, PROT_READ | PROT_WRITE, MAP_PRIVATE, file, 0);
    if (memory == MAP_FAILED) return false;
    program->memory = memory;
    memcpy(&program->limits, memory, sizeof program->limits);
    memcpy(counts, memory + sizeof program->limits, sizeof counts);
    char *text = memory + head, *end = memory + program->length;
    for (int list = 0; list < MARTLET_LISTS; list++) {
        char **texts = calloc((size_t)counts[list] + 1, sizeof *texts);
        if (!texts) return false;
        for (uint32_t index = 0; index < counts[list] && text < end; index++) {
            texts[index] = text;
            text += strlen(text) + 1;
        }
        program->lists[list] = texts;
    }
    return text == end && counts[MARTLET_ARGUMENTS] > 0 && counts[MARTLET_PLACES] == 2;
}

// MARK: the program's side

static int limit(int resource, uint64_t value) {
    struct rlimit wanted = {value, value};
    struct rlimit now;
    // Without the right to raise the limit, the current one stays.
    if (getrlimit(resource, &now) == 0 && now.rlim_max != RLIM_INFINITY && now.rlim_max < value) {
        wanted.rlim_cur = wanted.rlim_max = now.rlim_max;
    }
    return setrlimit(resource, &wanted);
}

static int set_limits(const martlet_limits *limits) {
    // A process that works too long gets SIGXCPU, and a second later SIGKILL.
    struct rlimit work = {limits->cpu_seconds, limits->cpu_seconds + 1};
    if (setrlimit(RLIMIT_CPU, &work) != 0) return -1;
    if (limit(RLIMIT_DATA, limits->memory_bytes) != 0) return -1;
    if (limit(RLIMIT_NOFILE, limits->open_files) != 0) return -1;
    if (limit(RLIMIT_FSIZE, limits->file_bytes) != 0) return -1;
    if (limit(RLIMIT_NPROC, limits->processes) != 0) return -1;
    if (limit(RLIMIT_CORE, 0) != 0) return -1;
    if (limit(RLIMIT_MEMLOCK, 64 << 10) != 0) return -1;
    limit(RLIMIT_RTPRIO, 0);
    return 0;
}

// When memory runs out, the program is killed before the daemon.
static void offer_to_oom_killer(void) {
    int file = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (file < 0) return;
    ssize_t ignored = write(file, "1000", 4);
    (void)ignored;
    close(file);
}

static int drop_privileges(const martlet_limits *limits) {
    // These need a capability; without it there is nothing to drop.
    for (int capability = 0; capability < 64; capability++) {
        prctl(PR_CAPBSET_DROP, capability, 0, 0, 0);
    }
    prctl(
        PR_SET_SECUREBITS, SECBIT_NOROOT | SECBIT_NOROOT_LOCKED | SECBIT_NO_CAP_AMBIENT_RAISE, 0, 0,
        0);
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    // Only root may change the groups; what they give access to is hidden from the program anyway.
    bool has_groups = syscall(SYS_setgroups, limits->group_count, limits->groups) == 0;
    if (limits->user != MARTLET_SAME_USER) {
        if (!has_groups) return -1;
        gid_t group = limits->group;
        uid_t user = limits->user;
        if (syscall(SYS_setresgid, group, group, group) != 0) return -1;
        if (syscall(SYS_setresuid, user, user, user) != 0) return -1;
    }
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct held[2] = {{0}}, none[2] = {{0}};
    // A service whose filter forbids the call has no capabilities to give up.
    if (syscall(SYS_capget, &header, held) == 0 &&
        (held[0].permitted | held[1].permitted | held[0].inheritable | held[1].inheritable) == 0) {
        return 0;
    }
    return (int)syscall(SYS_capset, &header, none);
}

static void reset_signals(void) {
    for (int number = 1; number < NSIG; number++) signal(number, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

// execve over the folders of `search` when the name has no slash.
static void execute(const struct program *program) {
    char **arguments = program->lists[MARTLET_ARGUMENTS];
    char **variables = program->lists[MARTLET_ENVIRONMENT];
    const char *name = arguments[0];
    if (strchr(name, '/')) {
        execve(name, arguments, variables);
        return;
    }
    char path[4096];
    int code = ENOENT;
    for (const char *folder = program->lists[MARTLET_PLACES][0]; *folder;) {
        size_t length = strcspn(folder, ":");
        if (length > 0 && length + strlen(name) + 2 <= sizeof path) {
            memcpy(path, folder, length);
            path[length] = '/';
            strcpy(path + length + 1, name);
            execve(path, arguments, variables);
            if (errno != ENOENT && errno != ENOTDIR) code = errno;
        }
        folder += length;
        if (*folder == ':') folder++;
    }
    errno = code;
}

static _Noreturn void become(const struct program *program, const char *spaces) {
    const int launch = LAUNCH_PLACE;
    setsid();
    struct sched_param normal = {0};
    syscall(SYS_sched_setscheduler, 0, SCHED_OTHER, &normal);
    umask(022);
    offer_to_oom_killer();
    bool has_processes = strchr(spaces, HAS_PROCESSES) != NULL;
    bool is_masked = strchr(spaces, HAS_MOUNTS) && martlet_mask(program, has_processes);
    if (chdir(program->lists[MARTLET_PLACES][1]) != 0) {
        martlet_fail_launch(launch, MARTLET_STAGE_FOLDER);
    }
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
        martlet_fail_launch(launch, MARTLET_STAGE_PRIVILEGES);
    }
    int restricted = martlet_restrict(program, is_masked);
    if (restricted < 0) {
        bool overlaps = errno == EOPNOTSUPP;
        martlet_fail_launch(launch, overlaps ? MARTLET_STAGE_OVERLAP : MARTLET_STAGE_LANDLOCK);
    }
    if (!is_masked && restricted == 0 && !program->limits.may_be_open) {
        errno = EOPNOTSUPP;
        martlet_fail_launch(launch, MARTLET_STAGE_CONFINE);
    }
    if (drop_privileges(&program->limits) != 0) {
        martlet_fail_launch(launch, MARTLET_STAGE_PRIVILEGES);
    }
    if (set_limits(&program->limits) != 0) martlet_fail_launch(launch, MARTLET_STAGE_LIMITS);
    reset_signals();
    execute(program);
    martlet_fail_launch(launch, MARTLET_STAGE_EXECUTE);
}

// MARK: the warden's side

static int64_t seconds_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec;
}

// Reaps children that have ended; true when the program is among them.
static bool reap(pid_t program, int *status, bool *has_children) {
    bool is_ended = false;
    *has_children = true;
    while (true) {
        int code;
        pid_t ended = waitpid(-1, &code, WNOHANG);
        if (ended == program) {
            *status = code;
            is_ended = true;
        } else if (ended < 0 && errno == EINTR) {
            continue;
        } else if (ended <= 0) {
            *has_children = ended == 0;
            return is_ended;
        }
    }
}

// Kills all remaining processes. One that is stuck in the kernel is given up after some seconds.
static void clear_up(pid_t program, int *status) {
    enum { PATIENCE_SECONDS = 5 };
    int64_t end = seconds_now() + PATIENCE_SECONDS;
    bool has_children = true;
    while (has_children && seconds_now() < end) {
        martlet_kill_descendants();
        struct timespec moment = {0, 2 * 1000 * 1000};
        nanosleep(&moment, NULL);
        reap(program, status, &has_children);
    }
}

// Starts the program, and drops its description: its variables may hold secrets.
static pid_t start_program(const char *spaces) {
    struct program program;
    errno = EINVAL;
    if (!read_program(PROGRAM_PLACE, &program)) {
        martlet_fail_launch(LAUNCH_PLACE, MARTLET_STAGE_WARDEN);
    }
    close(PROGRAM_PLACE);
    // They are closed by the program's exec.
    fcntl(LAUNCH_PLACE, F_SETFD, FD_CLOEXEC);
    fcntl(REPORT_PLACE, F_SETFD, FD_CLOEXEC);
    pid_t child = martlet_split(0);
    if (child == 0) become(&program, spaces);
    if (child < 0) martlet_fail_launch(LAUNCH_PLACE, MARTLET_STAGE_SPLIT);
    munmap(program.memory, program.length);
    for (int list = 0; list < MARTLET_LISTS; list++) free(program.lists[list]);
    return child;
}

static _Noreturn void guard(const char *spaces) {
    bool has_processes = strchr(spaces, HAS_PROCESSES) != NULL;
    if (!has_processes) prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    prctl(PR_SET_NAME, WARDEN_NAME, 0, 0, 0);
    pid_t child = start_program(spaces);
    // A program that runs as our user must not read our memory.
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    const int report = REPORT_PLACE;
    martlet_close_range(0, REPORT_PLACE - 1);
    int status = SIGKILL;
    bool is_ended = false, is_forced = false, has_children = true;
    // Every signal is blocked. The death of the daemon shows in that the report has no reader; the
    // kernel's parent death signal would already come when the thread that started us exits.
    sigset_t awaited;
    sigfillset(&awaited);
    sigprocmask(SIG_SETMASK, &awaited, NULL);
    int signals = signalfd(-1, &awaited, SFD_CLOEXEC | SFD_NONBLOCK);
    struct pollfd sources[2] = {{signals, POLLIN, 0}, {report, 0, 0}};
    is_forced = signals < 0;
    while (!is_ended && !is_forced) {
        if (poll(sources, 2, -1) < 0 && errno != EINTR) break;
        if (sources[1].revents & (POLLERR | POLLHUP)) is_forced = true;
        int signal = martlet_signalfd_next(signals);
        if (signal == SIGUSR1) is_forced = true;
        if (signal == SIGCHLD) is_ended = reap(child, &status, &has_children);
        if (signal == SIGTERM || signal == SIGINT || signal == SIGHUP || signal == SIGUSR2) {
            kill(-child, signal);
        }
    }
    // When a name space's first process ends, the kernel kills all others in it.
    if (!has_processes) clear_up(child, &status);
    if (has_processes && is_forced) {
        kill(child, SIGKILL);
        while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
        }
    }
    ssize_t ignored = write(report, &status, sizeof status);
    (void)ignored;
    _exit(0);
}

// Runs after the sanitizers' own constructors, before everything else in this executable.
__attribute__((constructor(101))) static void become_warden_if_asked(int count, char **arguments) {
    if (count == 2 && strcmp(arguments[0], WARDEN_NAME) == 0) guard(arguments[1]);
}
