"""moto's server with its interpreter of Step Functions on, and put right where
that differs from AWS in what our tests look at.

moto plays executions with LocalStack's interpreter, which the configuration
"execute_state_machine" switches on. Each section below says what AWS does and
replaces the part of moto that does otherwise; nothing is changed on disk. What
is replaced is internal to moto, so this is for one version only: on a new one,
run the conformance tests (e2e/) and look at each section again.

Environment: TASK_ENDPOINT is where tasks call other services; MOTO_ACCOUNT_ID
is the account; JSONATA is the folder of JSONata's reference implementation, and
jsonata.js is beside this. Arguments are moto_server's.
"""

import copy
import functools
import json
import logging
import os
import pathlib
import re
import subprocess
import sys
import threading
import uuid

import boto3
import moto
from botocore.config import Config
from moto.core.config import default_user_config
from moto.core.exceptions import JsonRESTError
from moto.core.responses import EmptyResult

import moto.stepfunctions.parser.models as models  # brings the whole interpreter
import moto.stepfunctions.responses as responses
from moto.stepfunctions.exceptions import InvalidExecutionInput
from moto.stepfunctions.parser.api import EvaluationFailedEventDetails, ExecutionStatus, HistoryEventType
from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import FailureEvent, FailureEventException
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name import StatesErrorName
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name_type import StatesErrorNameType
from moto.stepfunctions.parser.asl.component.common.path import result_path
from moto.stepfunctions.parser.asl.component.common.string.string_expression import StringJSONata, StringVariableSample
from moto.stepfunctions.parser.asl.component.common.timeouts.timeout import TimeoutSeconds
from moto.stepfunctions.parser.asl.component.state.exec import execute_state
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_callback import (
    StateTaskServiceCallback,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_task.state_task import StateTask
from moto.stepfunctions.parser.asl.eval.callback.callback import (
    CallbackEndpoint,
    CallbackOutcomeFailure,
    CallbackOutcomeSuccess,
    HeartbeatTimedOut,
    HeartbeatTimeoutError,
)
from moto.stepfunctions.parser.asl.eval.event.event_detail import EventDetails
from moto.stepfunctions.parser.asl.parse import asl_parser
from moto.stepfunctions.parser.asl.utils import boto_client, json_path
from moto.stepfunctions.parser.asl.utils.encoding import to_json_str
from moto.stepfunctions.parser.backend import execution, execution_worker

VERSION = "5.2.5"
if moto.__version__ != VERSION:
    sys.exit(f"interpreter.py is for moto {VERSION}, this is {moto.__version__}")

default_user_config["stepfunctions"] = {"execute_state_machine": True}
default_user_config["lambda"] = {"use_docker": False}

# The size in bytes of a state's input or output, and the lengths in characters
# of an error's parts: Step Functions' quotas and the API model.
MAX_PAYLOAD = 262_144
MAX_ERROR = 256
MAX_CAUSE = 32_768


# --- Speed: AWS runs thousands of tasks at once; moto made a client for each
# (200 ms) and parsed each path and definition anew (10 ms).

_clients = {}
_clients_lock = threading.Lock()


def client_for(region, service, state_credentials=None):
    # Tasks are called with the state machine's role, whose ARN is the session token.
    role = state_credentials.role_arn if state_credentials else None
    with _clients_lock:
        if (region, service, role) not in _clients:
            _clients[region, service, role] = boto3.client(
                service,
                region_name=region,
                endpoint_url=os.environ["TASK_ENDPOINT"],
                aws_access_key_id="AKIASTATES",
                aws_secret_access_key="standin",
                aws_session_token=role,
                config=Config(
                    parameter_validation=False,
                    retries={"total_max_attempts": 1},
                    max_pool_connections=512,
                    connect_timeout=60,
                    read_timeout=900,
                ),
            )
        return _clients[region, service, role]


_made_anew = boto_client.boto_client_for
for module in list(sys.modules.values()):
    if getattr(module, "boto_client_for", None) is _made_anew:
        module.boto_client_for = client_for

json_path.parse = functools.lru_cache(maxsize=None)(json_path.parse)
result_path.parse = functools.lru_cache(maxsize=None)(result_path.parse)

_programs = {}
_programs_lock = threading.Lock()


def evaluation_entrypoint(self):
    definition = self._evaluation_details.state_machine_details.definition
    with _programs_lock:
        if definition not in _programs:
            _programs[definition] = execution_worker.AmazonStateLanguageParser.parse(definition)[0]
        return copy.deepcopy(_programs[definition])  # it holds the state of its run


execution_worker.ExecutionWorker._get_evaluation_entrypoint = evaluation_entrypoint


# --- Definitions: moto's readers of all definitions share one list of query languages, also
# with one that could not be read.


class Preprocessor(asl_parser.Preprocessor):
    def __init__(self):
        super().__init__()
        self._query_language_per_scope = []


asl_parser.Preprocessor = Preprocessor


# --- Tokens: in AWS each attempt has a token of its own. It is good for one
# result; afterwards, and when the state or the execution has ended, it answers
# TaskTimedOut. It takes heartbeats and a result as soon as it exists, so also
# before the launcher has returned, and heartbeats without HeartbeatSeconds too.
# moto kept one token for all retries, forgot results that came early, and
# looked for a token in each execution in turn, with an error when one was just
# starting.


class Attempt:
    """One attempt of a task that waits for its token."""

    def __init__(self, endpoint, frame):
        self.endpoint = endpoint
        self.frame = frame  # the attempt's environment, which ends with it

    def waits(self):
        return self.frame.is_running() and self.endpoint._outcome is None and not self.endpoint._notify_event.is_set()


_attempts = {}
_attempts_lock = threading.Lock()

_eval_execution = StateTaskServiceCallback._eval_execution


def eval_execution(self, env):
    if self._is_integration_pattern() and self.resource.condition == "waitForTaskToken":
        token = env.states.context_object.update_task_token()
        attempt = Attempt(env.callback_pool_manager.add(token), env)
        with _attempts_lock:
            _attempts[token] = attempt
    return _eval_execution(self, env)


StateTaskServiceCallback._eval_execution = eval_execution


def waiting(token):
    """The endpoint of a token; _attempts_lock is held."""
    attempt = _attempts.get(token)
    if attempt is None:
        raise JsonRESTError("InvalidToken", "Invalid Token: 'Invalid token'")
    if not attempt.waits():
        raise JsonRESTError("TaskTimedOut", "Task Timed Out: 'Provided task does not exist anymore'")
    return attempt.endpoint


def refuse_longer(name, value, longest):
    if value is not None and len(value) > longest:
        raise JsonRESTError(
            "ValidationException",
            f"1 validation error detected: Value at '{name}' failed to satisfy constraint: "
            f"Member must have length less than or equal to {longest}",
        )


def send_task_success(self):
    token, output = self._get_param("taskToken"), self._get_param("output")
    refuse_longer("output", output, MAX_PAYLOAD)
    try:
        json.loads(output)
    except ValueError as error:
        raise JsonRESTError("InvalidOutput", f"Invalid Output: '{error}'") from None
    with _attempts_lock:
        waiting(token).notify(CallbackOutcomeSuccess(callback_id=token, output=output))
    return EmptyResult()


def send_task_failure(self):
    token, error, cause = self._get_param("taskToken"), self._get_param("error"), self._get_param("cause")
    refuse_longer("error", error, MAX_ERROR)
    refuse_longer("cause", cause, MAX_CAUSE)
    with _attempts_lock:
        waiting(token).notify(CallbackOutcomeFailure(callback_id=token, error=error, cause=cause))
    return EmptyResult()


def send_task_heartbeat(self):
    with _attempts_lock:
        waiting(self._get_param("taskToken")).notify_heartbeat()
    return EmptyResult()


responses.StepFunctionResponse.send_task_success = send_task_success
responses.StepFunctionResponse.send_task_failure = send_task_failure
responses.StepFunctionResponse.send_task_heartbeat = send_task_heartbeat


def notify_heartbeat(self):
    if self._heartbeat_endpoint:
        self._heartbeat_endpoint.notify()
    return True


CallbackEndpoint.notify_heartbeat = notify_heartbeat


def wait_for_token(self, env, callback_endpoint, heartbeat_endpoint):
    outcome = callback_endpoint.get_outcome()
    while env.is_running() and outcome is None:
        beat = heartbeat_endpoint.clear_and_wait()
        outcome = callback_endpoint.get_outcome()
        if outcome is None and not beat and env.is_running():
            outcome = HeartbeatTimedOut()
    return outcome


StateTaskServiceCallback._wait_for_task_token_heartbeat = wait_for_token


# --- Ended states: when an iteration or a branch fails, in AWS the others call
# nothing any more. moto leaves out what it had still to evaluate, and calls.

_eval_parameters = StateTask._eval_parameters


def eval_parameters(self, env):
    parameters = _eval_parameters(self, env)
    if not env.is_running():
        raise RuntimeError("the state has ended")
    return parameters


StateTask._eval_parameters = eval_parameters


# --- Time limits: in AWS a lapsed heartbeat is caught as States.HeartbeatTimeout
# as well as States.Timeout, and HeartbeatSeconds alone brings no TimeoutSeconds.

_from_error = StateTaskServiceCallback._from_error


def from_error(self, env, ex):
    event = _from_error(self, env, ex)
    if isinstance(ex, HeartbeatTimeoutError):
        named = [
            name
            for declared in (self.retry, self.catch)
            if declared
            for entry in getattr(declared, "retriers", getattr(declared, "catchers", []))
            for name in entry.error_equals.error_names
        ]
        if any(getattr(name, "error_name", None) == "States.HeartbeatTimeout" for name in named):
            event.error_name = StatesErrorName(typ=StatesErrorNameType.StatesHeartbeatTimeout)
    return event


StateTaskServiceCallback._from_error = from_error

_from_state_props = execute_state.ExecutionState.from_state_props


def from_state_props(self, state_props):
    _from_state_props(self, state_props)
    if isinstance(self.timeout, TimeoutSeconds) and self.timeout.is_default:
        self.timeout = TimeoutSeconds(timeout_seconds=TimeoutSeconds.DEFAULT_TIMEOUT_SECONDS)


execute_state.ExecutionState.from_state_props = from_state_props


# --- JSONata: moto reads its fields, but has no evaluator. The reference
# implementation is one, in Node.js: a process that ends with this one's pipe.


class Reference:
    """The reference implementation of JSONata, started when it is first asked."""

    def __init__(self):
        self._process = None
        self._lock = threading.Lock()

    def ask(self, expression, bindings):
        """The answer of jsonata.js."""
        question = to_json_str({"expression": expression, "bindings": bindings})
        with self._lock:
            if self._process is None:
                script = pathlib.Path(__file__).with_name("jsonata.js")
                self._process = subprocess.Popen(
                    ["node", script, os.environ["JSONATA"]], stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8"
                )
            self._process.stdin.write(question + "\n")
            self._process.stdin.flush()
            return json.loads(self._process.stdout.readline())


_reference = Reference()


def eval_jsonata(self, env):
    variables = env.variable_store
    answer = _reference.ask(
        self.expression, {**variables._outer_scope, **variables._inner_scope, "states": env.states._states_data}
    )
    if "value" not in answer:
        cause = answer.get("error", "returned nothing (undefined)")
        name = StatesErrorName(typ=StatesErrorNameType.StatesQueryEvaluationError)
        raise FailureEventException(
            FailureEvent(
                env=env,
                error_name=name,
                event_type=HistoryEventType.EvaluationFailed,
                event_details=EventDetails(
                    evaluationFailedEventDetails=EvaluationFailedEventDetails(
                        error=name.error_name, cause=f"The JSONata expression '{self.expression}': {cause}"
                    )
                ),
            )
        )
    env.stack.append(answer["value"])


StringJSONata._eval_body = eval_jsonata


def sample_variable(self, env):
    """A path that begins with a variable selects from its value. The engine that moto asks for it is not there."""
    name, rest = re.fullmatch(r"\$(\w+)(.*)", self.expression, re.DOTALL).groups()
    variables = env.variable_store
    value = {**variables._outer_scope, **variables._inner_scope}[name]
    env.stack.append(copy.deepcopy(json_path.extract_json("$" + rest, value)))


StringVariableSample._eval_body = sample_variable


# --- Executions: in AWS one without a name gets one, too long an input is
# refused, an output is JSON whatever it is, a stopped one is ABORTED at once, also
# while it waits for a token, and each end is an event.

_start_execution = models.StepFunctionsParserBackend.start_execution


def start_execution(self, state_machine_arn, name=None, execution_input=None, trace_header=None):
    if execution_input is not None and len(execution_input.encode()) > MAX_PAYLOAD:
        raise InvalidExecutionInput(f"Invalid State Machine Execution Input: longer than {MAX_PAYLOAD} bytes")
    return _start_execution(self, state_machine_arn, name or str(uuid.uuid4()), execution_input, trace_header)


models.StepFunctionsParserBackend.start_execution = start_execution


class Described:
    """An execution as DescribeExecution tells it."""

    def __init__(self, told):
        self._told = told

    def __getattr__(self, name):
        return getattr(self._told, name)

    @property
    def output(self):
        text = self._told.output
        # moto leaves a text as it is, without its quotes.
        return json.dumps(text, ensure_ascii=False) if isinstance(text, str) else text


_describe_execution = models.StepFunctionsParserBackend.describe_execution


def describe_execution(self, execution_arn):
    return Described(_describe_execution(self, execution_arn))


models.StepFunctionsParserBackend.describe_execution = describe_execution



def milliseconds(date):
    return None if date is None else int(date.timestamp() * 1000)


def tell_status(told):
    """AWS sends an event at an execution's end; moto sends none."""
    described = Described(told)
    detail = {
        "executionArn": told.exec_arn,
        "stateMachineArn": told.state_machine.arn,
        "name": told.name,
        "status": told.exec_status,
        "startDate": milliseconds(told.start_date),
        "stopDate": milliseconds(told.stop_date),
        "input": json.dumps(told.input_data, ensure_ascii=False),
        "output": None if told.output is None else described.output if isinstance(described.output, str) else json.dumps(described.output, ensure_ascii=False),
        "error": told.error,
        "cause": told.cause,
    }
    try:
        client_for(told.region_name, "events").put_events(
            Entries=[
                {
                    "Source": "aws.states",
                    "DetailType": "Step Functions Execution Status Change",
                    "Resources": [told.exec_arn],
                    "Detail": json.dumps(detail, ensure_ascii=False),
                }
            ]
        )
    except Exception as error:  # the stand-in is ending
        logging.getLogger(__name__).warning("no event for %s: %s", told.exec_arn, error)


_reflect_status = execution.BaseExecutionWorkerCommunication._reflect_execution_status


def reflect_status(self):
    if not getattr(self.execution, "_stopped", False):
        _reflect_status(self)
        tell_status(self.execution)


execution.BaseExecutionWorkerCommunication._reflect_execution_status = reflect_status

_stop = execution.Execution.stop


def stop(self, stop_date, error, cause):
    self._stopped = True
    self.exec_status, self.stop_date, self.error, self.cause = ExecutionStatus.ABORTED, stop_date, error, cause
    answer = _stop(self, stop_date, error, cause)
    tell_status(self)
    return answer


execution.Execution.stop = stop


if __name__ == "__main__":
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication
    from moto.server import main

    # For each request moto looks through the folders of its services on the disk.
    DomainDispatcherApplication.get_backend_for_host = functools.cache(DomainDispatcherApplication.get_backend_for_host)

    # A page for each error that a state meets tells nothing that its execution
    # does not; a line for each request is too much, but the address must be told.
    logging.getLogger("moto.stepfunctions").setLevel(logging.CRITICAL)
    logging.getLogger("werkzeug").addFilter(lambda record: "HTTP/1." not in record.getMessage())
    main()
