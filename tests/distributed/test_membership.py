"""Which of several processes this one is: options, variables of the environment, and what contradicts itself."""

import pytest

from bprop.distributed.membership import Membership, membership
from bprop.errors import SettingError

OURS = {"BPROP_COORDINATOR": "node1:1234", "BPROP_PROCESSES": "4", "BPROP_PROCESS": "2"}
SLURM = {
    "SLURM_JOB_ID": "77", "SLURM_STEP_NODELIST": "node[1-4]", "SLURM_NTASKS": "4", "SLURM_PROCID": "3",
    "SLURM_LOCALID": "0",
}  # fmt: skip
MPI = {"OMPI_MCA_orte_hnp_uri": "15.0;tcp://10.0.0.1:34", "OMPI_COMM_WORLD_SIZE": "2", "OMPI_COMM_WORLD_RANK": "1"}


@pytest.mark.parametrize(
    ("environment", "wanted"),
    [
        ({}, None),
        ({"SLURM_JOB_ID": "77", "SLURM_NTASKS": "4"}, None),  # within an allocation, but not started by srun
        (OURS, Membership(4, 2, "node1:1234")),
        (SLURM, Membership(4, 3, None, "slurm")),
        (MPI, Membership(2, 1, None, "ompi")),
        ({**MPI, **OURS}, Membership(4, 2, "node1:1234")),
    ],
)
def test_the_environment_says_which_process_this_is(environment, wanted):
    assert membership(environment) == wanted


def test_options_come_before_the_environment():
    assert membership(OURS, "node9:99", 8, 7) == Membership(8, 7, "node9:99")


def test_a_job_of_kubernetes_numbers_its_processes():
    assert membership({"JOB_COMPLETION_INDEX": "3"}, "job-0.service:1234", 4) == Membership(4, 3, "job-0.service:1234")


def test_an_mpi_numbers_its_processes_where_the_coordinator_is_named():
    environment = {"OMPI_COMM_WORLD_SIZE": "2", "OMPI_COMM_WORLD_RANK": "1"}
    assert membership(environment, "node1:1234") == Membership(2, 1, "node1:1234")


@pytest.mark.parametrize(
    ("environment", "options", "says"),
    [
        ({"BPROP_PROCESSES": "2"}, (), "also give --coordinator HOST:PORT and --process K"),
        ({}, ("node1:1234", 2, None), "also give --process K"),
        ({}, ("node1", 2, 0), "--coordinator node1: give the host of process 0 and a port"),
        ({}, ("node1:70000", 2, 0), "a port that is free"),
        ({}, (":1234", 2, 0), "--coordinator :1234"),
        ({}, ("node1:1234", 0, 0), "--processes 0: give the number"),
        ({}, ("node1:1234", 2, 2), "--process 2: of 2 processes, give 0 to 1"),
        ({**OURS, "BPROP_PROCESS": "first"}, (), "BPROP_PROCESS='first', which is no whole number"),
        ({"OMPI_COMM_WORLD_SIZE": "2", "OMPI_COMM_WORLD_RANK": "0"}, (), "give --coordinator HOST:PORT"),
    ],
)
def test_what_is_missing_or_contradictory_is_said(environment, options, says):
    with pytest.raises(SettingError) as error:
        membership(environment, *options)
    assert says in str(error.value)


def test_process_0_leads_and_a_loopback_address_stays_on_this_machine():
    assert Membership(2, 0).leads and not Membership(2, 1).leads
    assert Membership(2, 0, "127.0.0.1:5").on_loopback
    assert not Membership(2, 0, "node1:5").on_loopback and not Membership(2, 0).on_loopback
