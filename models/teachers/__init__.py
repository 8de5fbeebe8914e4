"""The networks that can be compressed. docs/extending.md says how to add one."""

from models.teachers import recycle_gan, vtoonify
from models.teachers.base import TeacherFamily

TEACHERS: dict[str, TeacherFamily] = {
    "recycle_gan": recycle_gan.FAMILY,
    "vtoonify": vtoonify.FAMILY,
}
