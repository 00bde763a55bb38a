"""Words that will not fit a certificate are noted when a camp is read."""

from __future__ import annotations

from lms.learning.camps.folder.read import Choice, read_folder
from tests.factories.camps import camp_folder


def noted(old: str = "", new: str = "", **over: str) -> str:
    files = camp_folder(**over)
    files["camp.toml"] = files["camp.toml"].replace(old.encode(), new.encode())
    reading = read_folder(files, Choice(name="Course"))
    assert reading.draft is not None
    return " | ".join(f"{line.path} {line.text.zh} {line.text.en}" for line in reading.report.notes)


def test_a_camp_of_usual_length_is_not_noted() -> None:
    assert "证书" not in noted()
    assert "证书" not in noted('name = "徐若岚"', 'name = "徐若岚"\nrole = "写作教练，出版社编辑"')


def test_each_line_too_long_for_a_certificate_is_noted_with_what_follows() -> None:
    said = noted('name = "徐若岚"', 'name = "徐若岚"\nrole = "某大学新闻与传播学院副教授兼写作中心主任博士生导师"')
    assert "camp.toml host.role 对证书来说太长" in said and "about 40 letters" in said
    assert "host.name" in noted('name = "徐若岚"', 'name = "Maximiliana Hohenlohe-Waldenburg"')
    assert "title is too long" in noted(title="把想说的话写清楚的三天短写作训练营" * 2 + "第二季")
    assert "完成了几项任务" in noted('achievement = "写完三天。"', f'achievement = "{"写完三天。" * 9}"')
