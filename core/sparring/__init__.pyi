# The public names: what type checkers see, and what is imported when it is first asked for.
from .application import Application as Application, Report as Report, Trained as Trained
from .component import KINDS as KINDS, Component as Component
from .data import Data as Data, Example as Example, Split as Split
from .errors import (
    CheckpointError as CheckpointError,
    DataError as DataError,
    GameError as GameError,
    PluginError as PluginError,
    Problem as Problem,
    RecipeError as RecipeError,
    SparringError as SparringError,
)
from .hooks import hookimpl as hookimpl
from .metric import Baseline as Baseline, Metric as Metric, SetMetric as SetMetric, SetScore as SetScore
from .objective import AdversarialLoss as AdversarialLoss, Loss as Loss, Regularizer as Regularizer, View as View
from .play.collective import (
    gather as gather,
    global_mean as global_mean,
    global_rows as global_rows,
    share as share,
    world_size as world_size,
)
from .play.noise import Noise as Noise
from .play.progress import Progress as Progress
from .play.round import Round as Round
from .plugins.registry import Plugins as Plugins
from .recipe.recipe import Recipe as Recipe, load_recipe as load_recipe
from .runs.trained import load as load
from .task import Contest as Contest, Task as Task, tensor as tensor
from .tensor_cache import cache_file as cache_file, keep_tensors as keep_tensors, read_tensors as read_tensors
from .terminal import progress_bar as progress_bar
from .whole_file import whole_file as whole_file

__all__: list[str]
__version__: str
