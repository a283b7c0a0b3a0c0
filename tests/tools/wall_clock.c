/* A wall clock that a test can move: preloaded into a process, it adds the seconds in a mapped file to CLOCK_REALTIME.
   The clock that counts what has passed (CLOCK_MONOTONIC) is left alone, as it is when a machine's time is set. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static volatile int64_t *shift = MAP_FAILED;

__attribute__((constructor)) static void begin(void) {
  const char *file = getenv("CONSILIUM_TEST_CLOCK");
  int descriptor = file ? open(file, O_RDONLY | O_CLOEXEC) : -1;
  if (descriptor < 0) return;
  shift = mmap(NULL, sizeof *shift, PROT_READ, MAP_SHARED, descriptor, 0);
  close(descriptor);
}

int clock_gettime(clockid_t clock, struct timespec *at) {
  long refused = syscall(SYS_clock_gettime, clock, at);
  if (!refused && clock == CLOCK_REALTIME && shift != MAP_FAILED) at->tv_sec += *shift;
  return (int)refused;
}
