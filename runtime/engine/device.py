"""The device an engine runs on: chosen in every thread that launches, measured, and found out when it is lost."""

import gc

import torch


def use(device: torch.device) -> None:
    """Make it this thread's device: streams, events and Triton's launches go to whichever that is."""
    if device.type == "cuda":
        torch.cuda.set_device(device)


class DeviceLost(BaseException):
    """Nothing runs on the device any more in this process; no request is to blame, so it is no `Exception`."""

    help = "start the program again; `CUDA_LAUNCH_BLOCKING=1` in its environment shows which kernel failed"

    def __init__(self, error: Exception) -> None:
        super().__init__(f"the device is lost to this process: {type(error).__name__}: {error}")
        self.__cause__ = error


def check(device: torch.device, error: Exception) -> None:
    """Something failed on it: raise DeviceLost where everything will from now on."""
    if is_lost(device):
        raise DeviceLost(error)


def is_lost(device: torch.device) -> bool:
    """Whether nothing can run on it any more in this process, as after a read outside of its memory."""
    if device.type != "cuda":
        return False
    try:
        torch.cuda.synchronize(device)
    except RuntimeError:
        return True
    return False


def is_out_of_memory(error: BaseException | None) -> bool:
    """Whether the device had no memory left; a capture that ends so may report its own end instead."""
    while error is not None and not isinstance(error, torch.OutOfMemoryError):
        error = error.__cause__ or error.__context__
    return error is not None


def free_and_total_memory(device: torch.device) -> tuple[int, int]:
    """Bytes of a CUDA device, after all that torch keeps for later has been given back."""
    gc.collect()
    torch.cuda.synchronize(device)
    torch.cuda.empty_cache()
    return torch.cuda.mem_get_info(device)
