/* A disk that takes two milliseconds longer: preloaded into a process, it lets every fsync and fdatasync
 * happen as it would, and then wait. Nothing is left out and nothing is less durable.
 */
#define _GNU_SOURCE
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static int slowly(long result) {
    const struct timespec two_milliseconds = {0, 2000000};
    nanosleep(&two_milliseconds, NULL);
    return (int)result;
}

int fsync(int file) {
    return slowly(syscall(SYS_fsync, file));
}

int fdatasync(int file) {
    return slowly(syscall(SYS_fdatasync, file));
}
