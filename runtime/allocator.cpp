// How programs use jemalloc, which reads this at their start (docs/performance.md). MALLOC_CONF in the environment
// overrides it.

// Threads have caches of their own before they share an arena. With four arenas per core, jemalloc's default, ten
// thousand actors take half as much memory again, and the pipeline is no faster.
extern "C" {
const char* malloc_conf = "narenas:1";
}
