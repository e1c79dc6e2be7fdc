// The team. A call is over when its chunks are done, not when every thread has come: where other processes want the
// processors and a thread of the team isn't running, its chunks are taken by those that are. (An OpenMP barrier waits
// for each thread, and a decode step has hundreds of them: beside two busy processes steps took five times as long.)
//
// Who has nothing to do looks for work for some microseconds, since a step's kernels follow each other closely, and
// then sleeps.

#define _GNU_SOURCE
#include "team.h"

#include <immintrin.h>
#include <linux/futex.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

// Rounds of looking before sleeping: about a tenth of a millisecond.
#define LOOKS 3000
#define CHUNKS_A_THREAD 8
#define MOST_THREADS 256

// The state of a call in one word, so that a chunk is taken only of the call that it belongs to:
// call (24 bits) | chunks (20) | next chunk (20).
#define FIELD 20
#define MASK ((1u << FIELD) - 1)

static _Alignas(64) _Atomic uint64_t state;
static _Alignas(64) _Atomic uint32_t done;
static _Alignas(64) _Atomic uint32_t calls; // what sleepers wait on
static _Atomic int sleepers, caller_sleeps;
static Work work_now;
static void *context_now;

static pthread_mutex_t busy = PTHREAD_MUTEX_INITIALIZER;
static int threads = 1, started = 1; // with the caller

static void sleep_while(_Atomic uint32_t *word, uint32_t value) {
  syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, value, NULL, NULL, 0);
}
static void wake(_Atomic uint32_t *word, int count) {
  syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, count, NULL, NULL, 0);
}

// Take chunks of the call that is under way until none is left.
static void help(void) {
  uint64_t seen = atomic_load_explicit(&state, memory_order_acquire);
  while ((seen & MASK) < (seen >> FIELD & MASK)) {
    if (!atomic_compare_exchange_weak_explicit(&state, &seen, seen + 1, memory_order_acq_rel, memory_order_acquire))
      continue;
    work_now(context_now, (int64_t)(seen & MASK)); // the call can't end, so these are its own, before this is done
    uint32_t count = (uint32_t)(seen >> FIELD & MASK);
    if (atomic_fetch_add(&done, 1) + 1 == count && atomic_load(&caller_sleeps)) wake(&done, 1);
    seen = atomic_load_explicit(&state, memory_order_acquire);
  }
}

static void *member(void *unused) {
  for (;;) {
    uint32_t known = atomic_load(&calls);
    help();
    for (int looks = 0; looks < LOOKS && atomic_load_explicit(&calls, memory_order_relaxed) == known; looks++) _mm_pause();
    if (atomic_load(&calls) != known) continue;
    atomic_fetch_add(&sleepers, 1);
    sleep_while(&calls, known);
    atomic_fetch_sub(&sleepers, 1);
  }
  return unused;
}

// A fork has only the thread that forked: it does all chunks itself until it has a team of its own.
static void forget(void) {
  started = 1;
  atomic_store(&sleepers, 0);
  pthread_mutex_init(&busy, NULL);
}

static void start_members(void) {
  if (started == 1) pthread_atfork(NULL, NULL, forget);
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before); // signals are for the program's own threads
  for (; started < threads; started++) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, member, NULL) != 0) break;
    pthread_detach(thread);
  }
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  threads = started;
}

// How many threads share the work, the caller among them. Who was started stays, for whoever asks for more again.
void set_threads(int64_t count) {
  pthread_mutex_lock(&busy);
  int wanted = count < 1 ? 1 : count > MOST_THREADS ? MOST_THREADS : (int)count;
  threads = wanted;
  if (threads > started) start_members();
  pthread_mutex_unlock(&busy);
}

int64_t chunks_of(int64_t count) {
  int64_t most = (int64_t)threads * CHUNKS_A_THREAD;
  return count < most ? count : most;
}

static void do_alone(Work work, void *context, int64_t chunks) {
  for (int64_t chunk = 0; chunk < chunks; chunk++) work(context, chunk);
}

static void wait_for(uint32_t count) {
  for (int looks = 0; looks < LOOKS; looks++) {
    if (atomic_load_explicit(&done, memory_order_acquire) == count) return;
    _mm_pause();
  }
  atomic_store(&caller_sleeps, 1);
  for (uint32_t found; (found = atomic_load(&done)) != count;) sleep_while(&done, found);
  atomic_store(&caller_sleeps, 0);
}

static void share(Work work, void *context, int64_t chunks) {
  uint64_t call = (atomic_load(&state) >> 2 * FIELD) + 1;
  work_now = work, context_now = context;
  atomic_store(&done, 0);
  atomic_store_explicit(&state, call << 2 * FIELD | (uint64_t)chunks << FIELD, memory_order_release);
  atomic_fetch_add(&calls, 1);
  if (atomic_load(&sleepers)) wake(&calls, threads);
  help();
  wait_for((uint32_t)chunks);
}

void in_parallel(Work work, void *context, int64_t chunks) {
  if (chunks < 2 || threads < 2 || chunks > MASK || pthread_mutex_trylock(&busy) != 0)
    return do_alone(work, context, chunks);
  share(work, context, chunks);
  pthread_mutex_unlock(&busy);
}
