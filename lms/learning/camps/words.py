"""Words for states, kinds and asks, as the pages show them."""

from __future__ import annotations

from collections.abc import Mapping

from lms.kernel.text import Text
from lms.learning.camps import rules
from lms.learning.camps.rules import Ask, CampState, CohortState, ImportState, TaskKind

STATES = rules.STATES
# What moving a cohort into a state is called.
MOVES: Mapping[CohortState, Text] = {
    CohortState.ENROLLING: Text("开放报名", "Open enrollment"),
    CohortState.CLOSED: Text("截止报名", "Close enrollment"),
    CohortState.RUNNING: Text("开营", "Start"),
    CohortState.PAUSED: Text("暂停", "Pause"),
    CohortState.WRAPPING_UP: Text("进入收尾", "Wrap up"),
    CohortState.ENDED: Text("结营", "End"),
    CohortState.ARCHIVED: Text("归档", "Archive"),
    CohortState.CANCELED: Text("取消这一期", "Cancel the cohort"),
}
CAMP_STATES: Mapping[CampState, tuple[str, Text]] = {
    CampState.DRAFT: ("amber", Text("未发布", "Not published")),
    CampState.PUBLISHED: ("ok", Text("已发布", "Published")),
    CampState.ARCHIVED: ("plain", Text("已下架", "Taken down")),
}
IMPORT_STATES: Mapping[ImportState, tuple[str, Text]] = {
    ImportState.WAITING: ("sky", Text("排队中", "Waiting")),
    ImportState.READING: ("sky", Text("读取中", "Reading")),
    ImportState.DONE: ("ok", Text("已导入", "Imported")),
    ImportState.FAILED: ("rose", Text("没有导入", "Not imported")),
}
KINDS: Mapping[TaskKind, tuple[str, Text]] = {
    TaskKind.READ: ("book-open", Text("读", "Read")),
    TaskKind.WATCH: ("circle-play", Text("看", "Watch")),
    TaskKind.CHECK_IN: ("square-pen", Text("打卡", "Check in")),
}
ASKS: Mapping[Ask, Text] = {
    Ask.TEXT: Text("文字", "text"),
    Ask.LINK: Text("链接", "a link"),
    Ask.FILE: Text("文件", "a file"),
    Ask.NUMBER: Text("数字", "a number"),
    Ask.PICTURE: Text("图片", "a picture"),
}
