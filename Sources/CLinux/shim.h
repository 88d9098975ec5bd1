#pragma once
// Headers the Glibc module leaves out, and variadic calls Swift cannot import.
#include <sys/eventfd.h>
#include <sys/prctl.h>

/// Names the calling thread; the kernel cuts the name at 15 bytes.
static inline void clinux_name_this_thread(const char *name) { prctl(PR_SET_NAME, name, 0, 0, 0); }

/// Writes the calling thread's name, at most 16 bytes with its NUL.
static inline void clinux_copy_thread_name(char *name) { prctl(PR_GET_NAME, name, 0, 0, 0); }

/// Takes the process's memory out of its core files, and out of reach of other processes of its user.
static inline int clinux_forbid_dumps(void) { return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }

#include <execinfo.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

// A process that dies of its own doing writes how into a file that was opened beforehand. Nothing below may allocate, lock or
// print: the heap and the locks of a process that crashes are in any state.

enum { clinux_crash_signal_count = 6 };

struct clinux_crash {
    int signals[clinux_crash_signal_count];
    int descriptor;
    volatile int is_crashing;
    char path[4096];
};

// Within a function: Swift leaves out what it cannot import, and that is not only unseen then but missing.
static inline struct clinux_crash *clinux_crash(void) {
    static struct clinux_crash crash = {{SIGSEGV, SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE}, -1, 0, {0}};
    return &crash;
}

static inline void clinux_write(const char *text) {
    size_t length = strlen(text);
    while (length > 0) {
        ssize_t written = write(clinux_crash()->descriptor, text, length);
        if (written <= 0) return;
        text += written;
        length -= (size_t)written;
    }
}

static inline void clinux_write_line(const char *name, long long value) {
    char digits[24];
    char *digit = digits + sizeof digits - 1;
    unsigned long long left = value < 0 ? 0ULL - (unsigned long long)value : (unsigned long long)value;
    *digit = 0;
    do *--digit = (char)('0' + left % 10);
    while ((left /= 10) > 0);
    if (value < 0) *--digit = '-';
    clinux_write(name);
    clinux_write(" ");
    clinux_write(digit);
    clinux_write("\n");
}

static void clinux_crashed(int signal, siginfo_t *info, void *context) {
    (void)context;
    // Another thread is at it already, and ends the process when it is done.
    if (__sync_lock_test_and_set(&clinux_crash()->is_crashing, 1)) for (;;) pause();
    struct timespec now = {0, 0};
    clock_gettime(CLOCK_REALTIME, &now);
    clinux_write_line("signal", signal);
    clinux_write_line("at", now.tv_sec);
    // SI_USER: by kill(2); a process that aborts sends to itself.
    if (info && info->si_code == SI_USER && info->si_pid != getpid()) clinux_write_line("sender", info->si_pid);
    char thread[17] = {0};
    prctl(PR_GET_NAME, thread, 0, 0, 0);
    clinux_write("thread ");
    clinux_write(thread);
    clinux_write("\nframes\n");
    void *frames[64];
    backtrace_symbols_fd(frames, backtrace(frames, 64), clinux_crash()->descriptor);
    fsync(clinux_crash()->descriptor);
    // Not whoever handled it before: Swift's own backtracer may take minutes, and a worker that crashed must be gone.
    struct sigaction standard;
    memset(&standard, 0, sizeof standard);
    standard.sa_handler = SIG_DFL;
    sigaction(signal, &standard, NULL);
    // Blocked until this returns; then the process ends by it.
    raise(signal);
}

static void clinux_forget_crash_file(void) {
    if (clinux_crash()->descriptor >= 0 && !clinux_crash()->is_crashing) unlink(clinux_crash()->path);
}

/// From now on a crash of this process is written into an open file; a process that exits removes it.
/// Returns 0, or -1 where the path is too long or a handler cannot be installed.
static inline int clinux_leave_crash_file(int descriptor, const char *path) {
    if (strlen(path) >= sizeof clinux_crash()->path) return -1;
    // Its first call loads a library, which a handler may not.
    void *frames[4];
    backtrace(frames, 4);
    strcpy(clinux_crash()->path, path);
    clinux_crash()->descriptor = descriptor;
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_sigaction = clinux_crashed;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK;
    sigemptyset(&action.sa_mask);
    // A crash in the handler ends the process at once.
    for (int i = 0; i < clinux_crash_signal_count; i++) sigaddset(&action.sa_mask, clinux_crash()->signals[i]);
    for (int i = 0; i < clinux_crash_signal_count; i++)
        if (sigaction(clinux_crash()->signals[i], &action, NULL)) return -1;
    return atexit(clinux_forget_crash_file) ? -1 : 0;
}
