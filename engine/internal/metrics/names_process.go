package metrics

// What the Go runtime does. The names are those that others use, too.
const (
	GoInfo           GaugeName     = "go_info"
	GoGoroutines     GaugeName     = "go_goroutines"
	GoThreads        GaugeName     = "go_threads"
	GoMaxProcs       GaugeName     = "go_sched_gomaxprocs_threads"
	GoSchedLatency   HistogramName = "go_sched_latencies_seconds"
	GoMutexWait      CounterName   = "go_mutex_wait_seconds_total"
	GoGCCycles       CounterName   = "go_gc_cycles_total"
	GoGCPauses       HistogramName = "go_gc_pauses_seconds"
	GoGCCPU          CounterName   = "go_gc_cpu_seconds_total"
	GoHeapGoal       GaugeName     = "go_gc_heap_goal_bytes"
	GoMemoryLimit    GaugeName     = "go_gc_gomemlimit_bytes"
	GoHeapObjects    GaugeName     = "go_memstats_heap_alloc_bytes"
	GoHeapFree       GaugeName     = "go_memstats_heap_free_bytes"
	GoHeapUnused     GaugeName     = "go_memstats_heap_unused_bytes"
	GoHeapReleased   GaugeName     = "go_memstats_heap_released_bytes"
	GoStacks         GaugeName     = "go_memstats_stack_inuse_bytes"
	GoMemory         GaugeName     = "go_memstats_sys_bytes"
	GoAllocatedBytes CounterName   = "go_memstats_alloc_bytes_total"
	GoAllocations    CounterName   = "go_memstats_mallocs_total"
)

// What the operating system says of the process.
const (
	ProcessCPU          CounterName = "process_cpu_seconds_total"
	ProcessMemory       GaugeName   = "process_resident_memory_bytes"
	ProcessMemoryPeak   GaugeName   = "process_resident_memory_peak_bytes"
	ProcessVirtual      GaugeName   = "process_virtual_memory_bytes"
	ProcessFiles        GaugeName   = "process_open_fds"
	ProcessMaxFiles     GaugeName   = "process_max_fds"
	ProcessStart        GaugeName   = "process_start_time_seconds"
	ProcessMajorFaults  CounterName = "process_major_page_faults_total"
	ProcessSwitches     CounterName = "process_context_switches_total"
	ProcessBytesRead    CounterName = "process_storage_read_bytes_total"
	ProcessBytesWritten CounterName = "process_storage_written_bytes_total"
)

func processDefinitions() []definition {
	return []definition{
		gauge(GoInfo, "Always 1; the label says which Go the program was built with.", "version"),
		gauge(GoGoroutines, "Goroutines that exist."),
		gauge(GoThreads, "Threads of the operating system that the runtime has."),
		gauge(GoMaxProcs, "Threads that may run Go code at the same time (GOMAXPROCS)."),
		histogram(GoSchedLatency, durations(), "Time that goroutines waited for a thread when they could run."),
		counter(GoMutexWait, "Time that goroutines have been blocked by locks, summed over all."),
		counter(GoGCCycles, "Garbage collections finished."),
		histogram(GoGCPauses, durations(), "Pauses of everything for the garbage collector."),
		counter(GoGCCPU, "CPU time of the garbage collector, estimated by the runtime."),
		gauge(GoHeapGoal, "Size of the heap at which the next garbage collection ends."),
		gauge(GoMemoryLimit, "The soft limit of the runtime's memory (GOMEMLIMIT); about 9.2e18 where there is none."),
		gauge(GoHeapObjects, "Bytes in objects of the heap, garbage that was not yet collected among them."),
		gauge(GoHeapFree, "Bytes of the heap that are free and could be given back to the system."),
		gauge(GoHeapUnused, "Bytes of the heap that are kept for objects and hold none."),
		gauge(GoHeapReleased, "Bytes of the heap that were given back to the system."),
		gauge(GoStacks, "Bytes in stacks of goroutines."),
		gauge(GoMemory, "Bytes that the runtime has mapped, given back or not."),
		counter(GoAllocatedBytes, "Bytes allocated on the heap."),
		counter(GoAllocations, "Objects allocated on the heap."),

		counter(ProcessCPU, "CPU time used by the process, user and system."),
		gauge(ProcessMemory, "Bytes of memory that are resident."),
		gauge(ProcessMemoryPeak, "The most bytes of memory that have been resident."),
		gauge(ProcessVirtual, "Bytes of address space."),
		gauge(ProcessFiles, "Descriptors that are open: connections, and the files of the database."),
		gauge(ProcessMaxFiles, "The most descriptors that may be open."),
		gauge(ProcessStart, "When the process started, seconds since 1970."),
		counter(ProcessMajorFaults, "Page faults that had to read from a disk."),
		counter(ProcessSwitches, "Context switches of the process' threads, by kind: voluntary (they had to wait), involuntary (another wanted the processor).", "kind"),
		counter(ProcessBytesRead, "Bytes that the process had read from disks; 0 where the system doesn't say."),
		counter(ProcessBytesWritten, "Bytes that the process had written to disks; 0 where the system doesn't say."),
	}
}
