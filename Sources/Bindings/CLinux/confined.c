// A program that has no more than it needs: see Confinement.swift for what that is.
//
// Two processes are made. The first, the warden, stays a copy of ours and only waits: it is the
// init process of a PID name space of its own where the kernel allows one, else a subreaper, so
// that whatever the program starts, and wherever that hides, ends with it. The second becomes the
// program. Between fork and exec only async-signal-safe calls are made, and system calls in place
// of the C library's functions that look at threads which are not there any more.
#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

// The UAPI headers of the oldest system we build on end before these; numbers of landlock(7).
enum {
    LANDLOCK_RULE_BENEATH = 1,
    LANDLOCK_VERSION = 1,
    LANDLOCK_WRITE_FILE = 1 << 1,
    LANDLOCK_REMOVE_TO_MAKE = 0x1FF0, // bits 4 to 12: remove and make entries of folders
    LANDLOCK_REFER = 1 << 13,         // since version 2
    LANDLOCK_TRUNCATE = 1 << 14,      // since version 3
    LANDLOCK_SCOPES = 3               // abstract sockets and signals, since version 6
};

struct landlock_rules {
    uint64_t files, network, scopes;
};

struct landlock_path {
    uint64_t access;
    int32_t parent;
} __attribute__((packed));

int martlet_landlock_version(void) {
    long version = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_VERSION);
    return version < 0 ? 0 : (int)version;
}

// MARK: the program's side

struct failure {
    int32_t stage, code;
};

// Tells the stage and errno, and ends.
static _Noreturn void fail(int launch, int stage) {
    struct failure failure = {stage, errno};
    while (write(launch, &failure, sizeof failure) < 0 && errno == EINTR) {
    }
    _exit(127);
}

static void close_from(unsigned first, unsigned last) {
    if (first > last || syscall(SYS_close_range, first, last, 0) == 0) return;
    for (unsigned descriptor = first; descriptor <= last && descriptor < 4096; descriptor++) {
        close((int)descriptor);
    }
}

// The three streams and nothing else but `launch`, which exec closes; returns where that is now.
static int take_streams(const martlet_confined *program, int launch) {
    int high[4] = {program->input, program->output, program->error, launch};
    for (int index = 0; index < 4; index++) {
        high[index] = fcntl(high[index], F_DUPFD_CLOEXEC, 16);
        if (high[index] < 0) fail(launch, MARTLET_STAGE_STREAMS);
    }
    for (int index = 0; index < 3; index++) {
        if (dup2(high[index], index) < 0) fail(launch, MARTLET_STAGE_STREAMS);
    }
    launch = high[3];
    close_from(3, (unsigned)launch - 1);
    close_from((unsigned)launch + 1, ~0u);
    return launch;
}

static int limit(int resource, uint64_t value) {
    struct rlimit wanted = {value, value};
    struct rlimit now;
    // Without the right to raise it, what there is stays.
    if (getrlimit(resource, &now) == 0 && now.rlim_max != RLIM_INFINITY && now.rlim_max < value) {
        wanted.rlim_cur = wanted.rlim_max = now.rlim_max;
    }
    return setrlimit(resource, &wanted);
}

static int set_limits(const martlet_confined *program) {
    // A process that works too long gets SIGXCPU, and a second later SIGKILL.
    struct rlimit work = {program->cpu_seconds, program->cpu_seconds + 1};
    if (setrlimit(RLIMIT_CPU, &work) != 0) return -1;
    if (limit(RLIMIT_DATA, program->memory_bytes) != 0) return -1;
    if (limit(RLIMIT_NOFILE, program->open_files) != 0) return -1;
    if (limit(RLIMIT_FSIZE, program->file_bytes) != 0) return -1;
    if (limit(RLIMIT_NPROC, program->processes) != 0) return -1;
    if (limit(RLIMIT_CORE, 0) != 0) return -1;
    if (limit(RLIMIT_MEMLOCK, 64 << 10) != 0) return -1;
    limit(RLIMIT_RTPRIO, 0);
    return 0;
}

// When memory runs out it goes before the daemon does.
static void offer_to_oom_killer(void) {
    int file = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (file < 0) return;
    ssize_t ignored = write(file, "1000", 4);
    (void)ignored;
    close(file);
}

static int allow_path(int rules, const char *path, uint64_t access) {
    int file = open(path, O_PATH | O_CLOEXEC);
    // What is not there cannot be written.
    if (file < 0) return errno == ENOENT ? 0 : -1;
    struct stat status;
    bool is_folder = fstat(file, &status) == 0 && S_ISDIR(status.st_mode);
    struct landlock_path rule = {
        is_folder ? access : access & (LANDLOCK_WRITE_FILE | LANDLOCK_TRUNCATE), file};
    int result = (int)syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_BENEATH, &rule, 0);
    int code = errno;
    close(file);
    errno = code;
    return result;
}

// Nothing may be written but below the given paths; where the kernel cannot do it, all is as
// the user's rights are.
static int forbid_writing(const martlet_confined *program) {
    int version = martlet_landlock_version();
    if (version == 0) return 0;
    uint64_t access = LANDLOCK_WRITE_FILE | LANDLOCK_REMOVE_TO_MAKE;
    if (version >= 2) access |= LANDLOCK_REFER;
    if (version >= 3) access |= LANDLOCK_TRUNCATE;
    struct landlock_rules wanted = {access, 0, version >= 6 ? LANDLOCK_SCOPES : 0};
    size_t size = version >= 6 ? 24 : version >= 4 ? 16 : 8;
    int rules = (int)syscall(SYS_landlock_create_ruleset, &wanted, size, 0);
    if (rules < 0) return -1;
    static const char *const always[] = {"/dev/null", "/dev/zero", "/dev/full"};
    for (size_t index = 0; index < sizeof always / sizeof always[0]; index++) {
        if (allow_path(rules, always[index], access) != 0) return -1;
    }
    for (char *const *path = program->writable; *path; path++) {
        if (allow_path(rules, *path, access) != 0) return -1;
    }
    return (int)syscall(SYS_landlock_restrict_self, rules, 0);
}

static int drop_privileges(const martlet_confined *program) {
    // These need a capability; without it there is nothing to drop.
    for (int capability = 0; capability < 64; capability++) {
        prctl(PR_CAPBSET_DROP, capability, 0, 0, 0);
    }
    prctl(
        PR_SET_SECUREBITS, SECBIT_NOROOT | SECBIT_NOROOT_LOCKED | SECBIT_NO_CAP_AMBIENT_RAISE, 0, 0,
        0);
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    if (program->user != MARTLET_SAME_USER) {
        if (syscall(SYS_setgroups, 0, NULL) != 0) return -1;
        gid_t group = program->group;
        uid_t user = program->user;
        if (syscall(SYS_setresgid, group, group, group) != 0) return -1;
        if (syscall(SYS_setresuid, user, user, user) != 0) return -1;
    }
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct none[2] = {{0}};
    return (int)syscall(SYS_capset, &header, none);
}

static void reset_signals(void) {
    for (int number = 1; number < NSIG; number++) signal(number, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

// execve over the folders of `search` when the name has no slash.
static void execute(const martlet_confined *program) {
    const char *name = program->arguments[0];
    if (strchr(name, '/')) {
        execve(name, program->arguments, program->environment);
        return;
    }
    char path[4096];
    int code = ENOENT;
    for (const char *folder = program->search; *folder;) {
        size_t length = strcspn(folder, ":");
        if (length > 0 && length + strlen(name) + 2 <= sizeof path) {
            memcpy(path, folder, length);
            path[length] = '/';
            strcpy(path + length + 1, name);
            execve(path, program->arguments, program->environment);
            if (errno != ENOENT && errno != ENOTDIR) code = errno;
        }
        folder += length;
        if (*folder == ':') folder++;
    }
    errno = code;
}

static _Noreturn void become(const martlet_confined *program, int launch) {
    setsid();
    launch = take_streams(program, launch);
    struct sched_param normal = {0};
    syscall(SYS_sched_setscheduler, 0, SCHED_OTHER, &normal);
    umask(022);
    offer_to_oom_killer();
    if (chdir(program->directory) != 0) fail(launch, MARTLET_STAGE_FOLDER);
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) fail(launch, MARTLET_STAGE_PRIVILEGES);
    if (forbid_writing(program) != 0) fail(launch, MARTLET_STAGE_LANDLOCK);
    if (drop_privileges(program) != 0) fail(launch, MARTLET_STAGE_PRIVILEGES);
    if (set_limits(program) != 0) fail(launch, MARTLET_STAGE_LIMITS);
    reset_signals();
    execute(program);
    fail(launch, MARTLET_STAGE_EXECUTE);
}

// MARK: the warden's side

// As fork does it, but with flags, and without the C library's handlers.
static pid_t split(unsigned long flags) {
    return (pid_t)syscall(SYS_clone, flags | SIGCHLD, 0, 0, 0, 0);
}

static bool write_text(const char *path, const char *text) {
    int file = open(path, O_WRONLY | O_CLOEXEC);
    if (file < 0) return false;
    bool is_written = write(file, text, strlen(text)) == (ssize_t)strlen(text);
    close(file);
    return is_written;
}

// "ID ID 1", without the C library's printing.
static void map_text(char *text, unsigned id) {
    char digits[12];
    int count = 0;
    do {
        digits[count++] = (char)('0' + id % 10);
        id /= 10;
    } while (id > 0);
    for (int copy = 0; copy < 2; copy++) {
        for (int index = count; index > 0;) *text++ = digits[--index];
        *text++ = ' ';
    }
    strcpy(text, "1");
}

static bool map_ids(uid_t user, gid_t group) {
    char text[40];
    if (!write_text("/proc/self/setgroups", "deny")) return false;
    map_text(text, user);
    if (!write_text("/proc/self/uid_map", text)) return false;
    map_text(text, group);
    return write_text("/proc/self/gid_map", text);
}

// The processes there are, with their parents; more than these are found in the next round.
enum { TABLE_LENGTH = 4096 };
static struct {
    pid_t process, parent;
    bool is_ours;
} table[TABLE_LENGTH];

static pid_t number(const char *text) {
    pid_t value = 0;
    for (; *text >= '0' && *text <= '9'; text++) value = value * 10 + (*text - '0');
    return *text == 0 || *text == ' ' ? value : 0;
}

static pid_t parent_of(const char *name) {
    char path[64] = "/proc/";
    strncat(path, name, 16);
    strcat(path, "/stat");
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return 0;
    char text[512];
    ssize_t count = read(file, text, sizeof text - 1);
    close(file);
    if (count <= 0) return 0;
    text[count] = 0;
    // The name in brackets may hold anything; behind the last bracket stand state and parent.
    char *end = strrchr(text, ')');
    if (!end || strlen(end) < 5) return 0;
    char *parent = end + 4;
    parent[strcspn(parent, " ")] = 0;
    return number(parent);
}

struct folder_entry {
    uint64_t inode;
    int64_t offset;
    unsigned short length;
    unsigned char type;
    char name[];
};

static int read_table(void) {
    int folder = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0) return 0;
    int count = 0;
    char buffer[4096] __attribute__((aligned(8)));
    long taken;
    while ((taken = syscall(SYS_getdents64, folder, buffer, sizeof buffer)) > 0) {
        for (long place = 0; place < taken;) {
            struct folder_entry *entry = (struct folder_entry *)(buffer + place);
            place += entry->length;
            pid_t process = number(entry->name);
            if (process <= 0 || count == TABLE_LENGTH) continue;
            table[count].process = process;
            table[count].parent = parent_of(entry->name);
            table[count++].is_ours = false;
        }
    }
    close(folder);
    return count;
}

// Kills every descendant once; those that were being made meanwhile come with the next round.
static void kill_descendants(void) {
    pid_t self = getpid();
    int count = read_table();
    bool grows = true;
    while (grows) {
        grows = false;
        for (int index = 0; index < count; index++) {
            if (table[index].is_ours) continue;
            bool is_ours = table[index].parent == self;
            for (int other = 0; !is_ours && other < count; other++) {
                is_ours = table[other].is_ours && table[other].process == table[index].parent;
            }
            if (is_ours) table[index].is_ours = grows = true;
        }
    }
    const struct rlimit none = {0, 0};
    for (int index = 0; index < count; index++) {
        if (!table[index].is_ours) continue;
        // First of all no more of them.
        syscall(SYS_prlimit64, table[index].process, RLIMIT_NPROC, &none, NULL);
        kill(table[index].process, SIGKILL);
    }
}

static int64_t seconds_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec;
}

// Takes children that have ended; true when the program is among them.
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

// Ends whatever is left. One that is stuck in the kernel is given up after some seconds.
static void clear_up(pid_t program, int *status) {
    enum { PATIENCE_SECONDS = 5 };
    int64_t end = seconds_now() + PATIENCE_SECONDS;
    bool has_children = true;
    while (has_children && seconds_now() < end) {
        kill_descendants();
        struct timespec moment = {0, 2 * 1000 * 1000};
        nanosleep(&moment, NULL);
        reap(program, status, &has_children);
    }
}

static _Noreturn void guard(
    const martlet_confined *program, int launch, int report, bool has_name_space) {
    if (!has_name_space) prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    prctl(PR_SET_NAME, "martlet-warden", 0, 0, 0);
    pid_t child = split(0);
    if (child == 0) become(program, launch);
    if (child < 0) fail(launch, MARTLET_STAGE_SPLIT);
    report = fcntl(report, F_DUPFD_CLOEXEC, 16);
    close_from(0, (unsigned)report - 1);
    close_from((unsigned)report + 1, ~0u);
    int status = SIGKILL;
    bool is_ended = false, is_forced = false, has_children = true;
    // Every signal is blocked. The report has no reader any more when the daemon is dead; the
    // death signal of the kernel would come with that of the thread that started us.
    sigset_t awaited;
    sigfillset(&awaited);
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
    // The end of a name space's first process is the end of all in it; the kernel sees to that.
    if (!has_name_space) clear_up(child, &status);
    if (has_name_space && is_forced) {
        kill(child, SIGKILL);
        while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
        }
    }
    ssize_t ignored = write(report, &status, sizeof status);
    (void)ignored;
    _exit(0);
}

static pid_t make_warden(const martlet_confined *program, int launch, int report) {
    uid_t user = geteuid();
    gid_t group = getegid();
    // Root needs no user name space, and would lose rights to files in one.
    unsigned long flags = CLONE_NEWPID | (user == 0 ? 0 : CLONE_NEWUSER);
    for (int try = program->uses_name_space ? 0 : 1; try < 2; try++) {
        bool has_name_space = try == 0;
        int gate[2] = {-1, -1};
        if (has_name_space && pipe2(gate, O_CLOEXEC) != 0) continue;
        pid_t warden = split(has_name_space ? flags : 0);
        if (warden == 0) {
            bool is_mapped = !has_name_space || user == 0 || map_ids(user, group);
            if (!is_mapped) _exit(MARTLET_NOT_MAPPED);
            if (has_name_space) {
                close(gate[0]);
                ssize_t ignored = write(gate[1], "", 1);
                (void)ignored;
                close(gate[1]);
            }
            guard(program, launch, report, has_name_space);
        }
        if (!has_name_space) return warden;
        int code = errno;
        char ready;
        close(gate[1]);
        bool is_ready = warden > 0 && read(gate[0], &ready, 1) == 1;
        close(gate[0]);
        if (is_ready) return warden;
        if (warden > 0) {
            while (waitpid(warden, NULL, 0) < 0 && errno == EINTR) {
            }
        }
        errno = code;
    }
    return -1;
}

int martlet_spawn_confined(
    const martlet_confined *program, pid_t *warden, int *report, int *failed_stage) {
    int launch[2], reports[2];
    if (pipe2(launch, O_CLOEXEC) != 0) return errno;
    if (pipe2(reports, O_CLOEXEC) != 0) {
        int code = errno;
        close(launch[0]);
        close(launch[1]);
        return code;
    }
    // So that no handler of ours runs in a copy of us.
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    *failed_stage = MARTLET_STAGE_SPLIT;
    pid_t process = make_warden(program, launch[1], reports[1]);
    int code = process < 0 ? errno : 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    close(launch[1]);
    close(reports[1]);
    struct failure failure = {0, 0};
    if (process >= 0) {
        ssize_t taken;
        while ((taken = read(launch[0], &failure, sizeof failure)) < 0 && errno == EINTR) {
        }
        if (taken == sizeof failure) {
            *failed_stage = failure.stage;
            code = failure.code;
            kill(process, SIGUSR1);
            while (waitpid(process, NULL, 0) < 0 && errno == EINTR) {
            }
        }
    }
    close(launch[0]);
    if (code != 0) {
        close(reports[0]);
        return code;
    }
    *warden = process;
    *report = reports[0];
    return 0;
}
