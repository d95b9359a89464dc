"""The mail server is set as everything else is: what cannot be meant is refused in a sentence, and mail goes where a certificate holds."""

import json
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from ipaddress import ip_address
from pathlib import Path

import pytest
from command_line import Run, answer, refused, run_in, run_within
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from mail_server import SENDER, URL, mail_server

from projections.export.mail import Unsent

SET = {
    "TUSSENRUIMTE_URL": URL, "TUSSENRUIMTE_SMTP_URL": "smtp://mail.example.org:587", "TUSSENRUIMTE_SMTP_SENDER": SENDER,
}  # fmt: skip


@pytest.fixture
def run(tmp_path: Path) -> Run:
    within = run_within(tmp_path)
    assert within("token", "create").code == 0
    return within


def message() -> EmailMessage:
    made = EmailMessage()
    made["From"], made["To"] = SENDER, "anna@example.org"
    made.set_content("Two contacts.")
    return made


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """One that says of itself that it is 127.0.0.1: its file, with its key."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "mail")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
        .not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, SHA256())
    )  # fmt: skip
    file = tmp_path / "mail.pem"
    file.write_bytes(made.public_bytes(Encoding.PEM) + key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return file


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"TUSSENRUIMTE_SMTP_URL": "mail.example.org"}, "TUSSENRUIMTE_SMTP_URL has the form smtp://user@host:587"),
        ({"TUSSENRUIMTE_SMTP_URL": "http://mail.example.org"}, "TUSSENRUIMTE_SMTP_URL has the form"),
        ({"TUSSENRUIMTE_SMTP_URL": "smtp://mail.example.org/x"}, "and nothing behind that"),
        ({"TUSSENRUIMTE_SMTP_URL": "smtp://mail.example.org:port"}, "cannot be read"),
        ({"TUSSENRUIMTE_SMTP_URL": "smtp://["}, "cannot be read"),
        ({"TUSSENRUIMTE_SMTP_URL": "smtp://me:hidden@mail.example.org"}, "holds a password, which others see there"),
        ({"TUSSENRUIMTE_SMTP_URL": "smtp://me@mail.example.org"}, "goes with TUSSENRUIMTE_SMTP_PASSWORD_FILE"),
        ({"TUSSENRUIMTE_SMTP_PASSWORD_FILE": "secret"}, "and the file with a user"),
        ({"TUSSENRUIMTE_SMTP_URL": "smtp://me@mail.example.org", "TUSSENRUIMTE_SMTP_PASSWORD_FILE": "/nowhere/secret"}, "/nowhere/secret"),
        ({"TUSSENRUIMTE_SMTP_SENDER": ""}, "say with TUSSENRUIMTE_SMTP_SENDER"),
        ({"TUSSENRUIMTE_SMTP_SENDER": "Platform <a@b.org>"}, "TUSSENRUIMTE_SMTP_SENDER has to be one mail address"),
        ({"TUSSENRUIMTE_URL": ""}, "set TUSSENRUIMTE_URL too, since a mail leads there"),
    ],
)
def test_what_cannot_be_meant_is_refused(run: Run, settings: dict[str, str], words: str) -> None:
    told = refused(run("list", **{**SET, **settings}))
    assert words in told
    assert "hidden" not in told


def test_the_loop_that_sends_mail_needs_a_server(tmp_path: Path) -> None:
    run = run_in(tmp_path)
    assert "TUSSENRUIMTE_SMTP_URL" in refused(run("work", "project", "remind"))
    assert "remind" not in run("work", "--once").out
    assert run("work", "--once", **SET).out.rstrip().endswith("remind")


def finding(run: Run, **settings: str) -> tuple[bool, str]:
    found = {one["name"]: one for one in json.loads(run("doctor", "--json", **settings).out)["findings"]}["mail"]
    return found["sound"], found["detail"]


def test_doctor_says_whether_mail_is_set_and_the_server_answers(run: Run) -> None:
    assert finding(run) == (True, "no mail server is set; nobody is reminded by mail")
    with mail_server() as post:
        settings = {**SET, "TUSSENRUIMTE_SMTP_URL": f"smtp://127.0.0.1:{post.port}"}
        assert finding(run, **settings) == (True, f"smtp://127.0.0.1:{post.port}, from {SENDER}: answers")
        assert {"name": "mail", "value": f"smtp://127.0.0.1:{post.port}, from {SENDER}", "from": "TUSSENRUIMTE_SMTP_URL"} in answer(
            run("doctor", "--json", **settings)
        )["settings"]
    sound, detail = finding(run, **settings)
    assert (sound, detail.rpartition(": ")[2]) == (False, "Connection refused")
    assert run("doctor", **settings).code == 1


def test_a_user_shows_the_password_that_stands_in_a_file_and_nobody_is_told_it(
    run: Run, tmp_path: Path, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    (tmp_path / "right").write_text("hidden\n")
    (tmp_path / "wrong").write_text("guessed\n")
    with mail_server(tls=certificate, password="hidden") as post:
        for file, expected in (("right", "answers"), ("wrong", "SMTPAuthenticationError 535")):
            settings = {
                **SET, "TUSSENRUIMTE_SMTP_URL": f"smtp://platform@127.0.0.1:{post.port}",
                "TUSSENRUIMTE_SMTP_PASSWORD_FILE": str(tmp_path / file),
            }  # fmt: skip
            assert finding(run, **settings)[1].rpartition(": ")[2] == expected
            assert "hidden" not in run("doctor", **settings).out
        mail = post.mail(user="platform", password="hidden")
        assert "hidden" not in repr(mail)
        mail.send(message(), "anna@example.org")
        assert [one["To"] for one in post.came] == ["anna@example.org"]


def test_a_certificate_that_holds_lets_mail_through(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with mail_server(tls=certificate) as post:
        post.mail().send(message(), "anna@example.org")
    assert len(post.came) == 1


def test_nothing_goes_to_a_server_whose_certificate_does_not_hold(certificate: Path) -> None:
    with mail_server(tls=certificate) as post:
        with pytest.raises(Unsent, match="its certificate does not hold") as told:
            post.mail().send(message(), "anna@example.org")
        assert not told.value.final
    assert post.came == []


def test_elsewhere_nothing_is_said_before_it_is_enciphered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever sits between takes the offer of TLS away."""
    monkeypatch.setattr("projections.export.mail.is_loopback", lambda host: False)
    with mail_server() as post:
        with pytest.raises(Unsent, match="SMTPNotSupportedError"):
            post.mail().send(message(), "anna@example.org")
        assert post.came == []


def test_a_server_that_speaks_without_tls_where_tls_is_from_the_start_is_given_nothing() -> None:
    with mail_server() as post:
        with pytest.raises(Unsent):
            post.mail(enciphered=True).send(message(), "anna@example.org")
        assert post.came == []
