"""The same answers wherever the passages lie: our report in files and in Milvus."""

import json
from pathlib import Path

from index.milvus_index import disconnect
from qa.service import Service

ROOT = Path(__file__).parent.parent


def test_the_first_citations_are_the_same_in_files_and_in_milvus(real_service: Service, tmp_path: Path) -> None:
    lines = (ROOT / "tests" / "data" / "dev.jsonl").read_text(encoding="utf-8").splitlines()
    questions = [json.loads(line)["question"] for line in lines][::8]
    address = str(tmp_path / "lite.db")
    there = Service(reports=ROOT / "corpus" / "reports", index=tmp_path / "index", milvus=address, encoder=real_service.encoder)
    try:
        for question in questions:
            here, answer = real_service.ask(question), there.ask(question)
            assert (answer.answered, answer.reason) == (here.answered, here.reason)
            assert [c.sentence_id for c in answer.citations] == [c.sentence_id for c in here.citations]
    finally:
        disconnect(address)
    assert len(questions) == 20
