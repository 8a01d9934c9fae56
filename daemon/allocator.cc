// How the program's allocator, jemalloc, is set up: it reads this name before main(). Linked into the program
// and into the benchmarks of what it does; not into builds with a sanitizer, which bring their own.
//
// glibc's heaps fragment under RocksDB's blocks and our documents: at a million stored articles a tenth of a
// writer's time went into looking for free memory. Two arenas, because each thread's would stay as large as
// its worst moment was; what is free goes back to the system within seconds, by a thread of the allocator's,
// because a daemon that waits for the next poll allocates nothing that would remind it.
extern "C" char const* malloc_conf;
char const* malloc_conf =
    "narenas:2,lg_tcache_max:12,background_thread:true,dirty_decay_ms:2000,muzzy_decay_ms:0";
