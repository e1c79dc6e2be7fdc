"""A model is found under every name it may have, converted once, and refused with a code and a way out."""

import json
from pathlib import Path

import pytest
from tokenizers import Tokenizer, models, pre_tokenizers

from sglc.runtime.models import folders as found
from sglc.runtime.models import weights
from sglc.runtime.models.config import context_of
from sglc.runtime.models.error import ModelError
from sglc.runtime.models.folders import find_model, resolve_model, tokenizer_files
from sglc.runtime.models.names import shown_name
from sglc.runtime.models.weights import weight_files


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "sglc" / "models"


@pytest.fixture
def gguf(tmp_path: Path) -> Path:
    file = tmp_path / "tiny.gguf"
    file.write_bytes(b"GGUF and some weights")
    return file


EMPTY = (2).to_bytes(8, "little") + b"{}"  # safetensors that hold nothing
WHOLE = ("config.json", "model.safetensors", "tokenizer.json")


def refused(name: str) -> ModelError:
    with pytest.raises(ModelError) as caught:
        resolve_model(name)
    return caught.value


def write_folder(folder: Path, *files: str) -> Path:
    folder.mkdir()
    for file in files:
        (folder / file).write_bytes(EMPTY if file.endswith(".safetensors") else b"{}")
    return folder


def test_a_whole_folder_is_taken_as_it_is(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "m", "config.json", "model.safetensors", "tokenizer.json")
    assert resolve_model(str(folder)) == folder
    assert find_model(str(folder)) == folder


@pytest.mark.parametrize(
    ("files", "code", "lacks"),
    [
        (("tokenizer.json", "model.safetensors"), "SGL3402", "config.json"),
        (("tokenizer.json", "config.json"), "SGL3402", "*.safetensors"),
        (("config.json", "model.safetensors"), "SGL3403", "tokenizer.json"),
    ],
)
def test_a_folder_that_lacks_a_file_is_refused(
    tmp_path: Path, files: tuple[str, ...], code: str, lacks: str
) -> None:
    error = refused(str(write_folder(tmp_path / "m", *files)))
    assert error.code == code
    assert f"`{lacks}`" in error.message


@pytest.mark.parametrize("kind", ["bart", "bert", "rwkv", "deepseek_v4"])
def test_a_family_that_can_not_be_run_is_refused_before_its_weights_are_looked_at(
    tmp_path: Path, kind: str
) -> None:
    """Nobody is sent for the weights of a model that would be refused with them."""
    folder = write_folder(tmp_path / "m", "tokenizer.json")
    config = {"model_type": kind, "is_encoder_decoder": kind == "bart"}
    (folder / "config.json").write_text(json.dumps(config))
    for held in (None, b"cut short"):
        if held is not None:
            (folder / "model.safetensors").write_bytes(held)
        error = refused(str(folder))
        assert error.code == "SGL3408"
        assert f"`{kind}`" in error.message
        assert "--base-url" in error.help


class TestContents:
    """What is wrong with a folder is said by name, with what to do, before anything of it is loaded."""

    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        return write_folder(tmp_path / "m", *WHOLE)

    @staticmethod
    def index(folder: Path, *names: str) -> None:
        shards = {f"w{i}": name for i, name in enumerate(names)}
        (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": shards}))

    @pytest.mark.parametrize("text", ["", "{", "[]", "\x00", '{"a": }'])
    def test_a_configuration_that_is_no_json(self, folder: Path, text: str) -> None:
        (folder / "config.json").write_text(text)
        error = refused(str(folder))
        assert error.code == "SGL3402"
        assert "config.json" in error.message

    def test_a_configuration_that_is_no_text(self, folder: Path) -> None:
        (folder / "config.json").write_bytes(b"\xff\xfe\x00")
        assert "is no text" in refused(str(folder)).message

    def test_only_the_files_that_the_index_names_count(self, folder: Path) -> None:
        (folder / "a.safetensors").write_bytes(EMPTY)
        (folder / "consolidated.safetensors").write_bytes(b"of another form, and not read")
        self.index(folder, "a.safetensors", "a.safetensors")
        assert resolve_model(str(folder)) == folder
        assert weight_files(folder) == [folder / "a.safetensors"]

    def test_a_single_file_counts_alone(self, folder: Path) -> None:
        (folder / "consolidated.safetensors").write_bytes(b"not read")
        assert weight_files(folder) == [folder / "model.safetensors"]

    def test_files_that_the_index_names_and_that_are_missing(self, folder: Path) -> None:
        self.index(folder, "model.safetensors", "b.safetensors", "c.safetensors")
        error = refused(str(folder))
        assert error.code == "SGL3409"
        assert "`b.safetensors` and 1 more of the 3 files" in error.message
        assert "hf download" in error.help

    @pytest.mark.parametrize("text", ["", "[]", "{}", '{"weight_map": 3}'])
    def test_an_index_that_can_not_be_read(self, folder: Path, text: str) -> None:
        (folder / "model.safetensors.index.json").write_text(text)
        assert refused(str(folder)).code == "SGL3409"

    @pytest.mark.parametrize("left", [0, 4, 9, 30, -1])
    def test_weights_that_are_cut_short(self, folder: Path, left: int) -> None:
        header = b'{"w":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}'
        whole = len(header).to_bytes(8, "little") + header + bytes(16)
        file = folder / "model.safetensors"
        file.write_bytes(whole)
        assert resolve_model(str(folder)) == folder
        file.write_bytes(whole[:left])
        error = refused(str(folder))
        assert error.code == "SGL3409"
        assert "cut short" in error.message

    @pytest.mark.parametrize(
        "method", ["gptq", "awq", "bitsandbytes", "compressed-tensors", "new-kind"]
    )
    def test_quantised_weights_are_named(
        self, folder: Path, method: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(weights, "find_spec", lambda name: None)
        (folder / "config.json").write_text(
            json.dumps({"quantization_config": {"quant_method": method}})
        )
        error = refused(str(folder))
        assert error.code == "SGL3410"
        assert f"quantised by {method}" in error.message
        assert ".gguf" in error.help
        monkeypatch.setattr(weights, "find_spec", lambda name: object())
        assert resolve_model(str(folder)) == folder

    @pytest.mark.parametrize("older", ["pytorch_model.bin", "consolidated.00.pth"])
    def test_weights_in_an_older_form(self, folder: Path, older: str) -> None:
        (folder / "model.safetensors").rename(folder / older)
        error = refused(str(folder))
        assert f"`{older}`" in error.message
        assert "save_pretrained" in error.help


def test_a_hub_cache_with_only_a_tokenizer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "models--owner--model" / "snapshots" / "0123abcd"
    folder.parent.mkdir(parents=True)
    write_folder(folder, "config.json", "tokenizer.json")
    monkeypatch.setattr("huggingface_hub.snapshot_download", lambda *_, **__: str(folder))
    assert find_model("owner/model") == folder
    error = refused("owner/model")
    assert error.code == "SGL3404"
    assert "only the tokenizer of `owner/model`" in error.message
    assert "hf download owner/model" in error.help


def test_a_model_is_shown_by_its_name(cache: Path, tmp_path: Path) -> None:
    snapshot = tmp_path / "models--owner--model-3" / "snapshots" / "0123456789abcdef"
    assert shown_name(snapshot) == "owner/model-3"
    assert shown_name(cache / "Tiny.Q4_1-0123abcd") == "Tiny.Q4_1"
    assert shown_name(tmp_path / "mine-0123abcd") == "mine-0123abcd"


@pytest.mark.parametrize(
    ("config", "context"),
    [
        ({"max_position_embeddings": 100}, 100),
        ({"text_config": {"max_position_embeddings": 70}}, 70),
        ({"max_position_embeddings": "many"}, None),
        (
            {
                "max_position_embeddings": 131072,
                "original_max_position_embeddings": 4096,
                "rope_scaling": {"type": "longrope"},
            },
            4096,
        ),
        ({}, None),
    ],
)
def test_the_context_that_a_configuration_names(config: dict[str, object], context: int) -> None:
    assert context_of(config) == context


@pytest.mark.parametrize("name", ["./nowhere", "/no/where", "a/b/c", "~/no/where", ""])
def test_a_path_that_leads_nowhere_is_not_asked_of_the_hub(name: str) -> None:
    assert refused(name).code == "SGL3402"
    assert find_model(name) is None


def test_a_hub_that_does_not_answer_is_an_error_with_a_way_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def offline(name: str, **_: object) -> str:
        raise OSError(f"cannot reach the hub for {name}\nand much more")

    monkeypatch.setattr("huggingface_hub.snapshot_download", offline)
    error = refused("owner/model")
    assert error.code == "SGL3404"
    assert "much more" not in error.message
    assert find_model("owner/model") is None


def test_a_missing_default_names_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(found, "DEFAULT_PACKAGE", "no_such_package_here")
    with pytest.raises(ModelError, match="not installed") as caught:
        resolve_model()
    assert found.DEFAULT_PACKAGE_PIN in caught.value.help
    assert find_model() is None


def test_a_gguf_file_is_converted_once(
    cache: Path, gguf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    converted: list[Path] = []

    def convert(source: Path, folder: Path) -> None:
        converted.append(source)
        (folder / "tokenizer.json").write_text("{}")
        (folder / "config.json").write_text("{}")

    monkeypatch.setattr(found, "_convert", convert)
    assert find_model(str(gguf)) is None
    folder = resolve_model(str(gguf))
    assert resolve_model(str(gguf)) == folder == find_model(str(gguf))
    assert converted == [gguf]
    assert folder.parent == cache
    assert found.converted_models() == [folder]


def test_another_file_of_the_same_name_gets_another_folder(
    cache: Path, gguf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(found, "_convert", lambda source, folder: None)
    first = resolve_model(str(gguf))
    gguf.write_bytes(b"GGUF and more weights")
    assert resolve_model(str(gguf)) != first


def test_a_failed_conversion_leaves_nothing(
    cache: Path, gguf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def half(source: Path, folder: Path) -> None:
        (folder / "config.json").write_text("{}")
        raise ModelError("SGL3406", "broken", "mend it")

    monkeypatch.setattr(found, "_convert", half)
    assert refused(str(gguf)).code == "SGL3406"
    assert [path for path in cache.iterdir() if path.is_dir()] == []


def test_what_a_killed_conversion_left_is_swept(
    cache: Path, gguf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(found, "_convert", lambda source, folder: None)
    left_over = cache / f".{found._converted_folder(gguf).name}.part-old"
    left_over.mkdir(parents=True)
    resolve_model(str(gguf))
    assert not left_over.exists()


def test_a_cache_that_can_not_be_written_is_an_error(
    tmp_path: Path, gguf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert refused(str(gguf)).code == "SGL3407"


@pytest.mark.model
def test_the_default_tokenizer_splits_every_digit_and_keeps_control_tokens_whole() -> None:
    tokenizer = Tokenizer.from_file(str(tokenizer_files(resolve_model()).tokenizer))
    assert tokenizer.encode("In 2024").tokens == ["In", "Ġ", "2", "0", "2", "4"]
    assert tokenizer.encode("<|im_start|>user\nHi<|im_end|>\n").ids == [1, 4093, 198, 26843, 2, 198]


@pytest.mark.model
def test_the_default_folder_is_plain_bfloat16_with_a_chat_template() -> None:
    folder = resolve_model()
    config = (folder / "config.json").read_text()
    assert '"dtype": "bfloat16"' in config
    assert "quantization" not in config
    template = tokenizer_files(folder).chat_template
    assert template is not None
    assert "<|im_start|>" in template.read_text()


class TestPreTokenizerRepair:
    """A GGUF file only names its pre-tokenizer."""

    @pytest.fixture
    def gpt2_like(self) -> Tokenizer:
        tokenizer = Tokenizer(models.BPE())
        tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
        return tokenizer

    @staticmethod
    def pieces(tokenizer: Tokenizer, name: str | None) -> list[str]:
        conversion = pytest.importorskip("sglc.runtime.models.gguf_conversion")
        conversion.repair_pre_tokenizer(tokenizer, name)
        return [piece for piece, _ in tokenizer.pre_tokenizer.pre_tokenize_str("a 12")]

    def test_digits_are_split_where_the_name_says_so(self, gpt2_like: Tokenizer) -> None:
        assert self.pieces(gpt2_like, "smollm") == ["a", "Ġ", "1", "2"]

    def test_plain_splitters_stay(self, gpt2_like: Tokenizer) -> None:
        assert self.pieces(gpt2_like, "gpt-2") == ["a", "Ġ12"]

    def test_rules_that_transformers_rebuilt_stay(self, gpt2_like: Tokenizer) -> None:
        gpt2_like.pre_tokenizer = pre_tokenizers.Whitespace()
        assert self.pieces(gpt2_like, "qwen2") == ["a", "12"]

    def test_unknown_rules_are_refused(self, gpt2_like: Tokenizer) -> None:
        with pytest.raises(ValueError, match="`mystery` is not known"):
            self.pieces(gpt2_like, "mystery")
