// Threads that share the work of one kernel call.

#pragma once

#include <stdint.h>

// One chunk of the work.
typedef void (*Work)(void *context, int64_t chunk);

// Do chunks 0 to `chunks` - 1, each once, on this thread and on whichever of the team have time; returns when all are
// done. May be called from any thread; while the team serves one caller, another does its own chunks alone.
void in_parallel(Work work, void *context, int64_t chunks);

// Into how many chunks `count` equal pieces of work are cut: enough that no thread waits long for the last one.
int64_t chunks_of(int64_t count);
