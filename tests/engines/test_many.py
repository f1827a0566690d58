import threading

from bprop.engines import surroundings
from bprop.engines.many import cores_here, on_one_core


def test_a_thread_keeps_to_one_core_within_the_context_and_other_threads_do_not():
    seen = []
    with on_one_core():
        with on_one_core():
            pass
        assert cores_here() == 1
        thread = threading.Thread(target=lambda: seen.append(cores_here()))
        thread.start()
        thread.join()
    assert seen == [surroundings.cores()] == [cores_here()]
