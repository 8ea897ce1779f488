"""The screens of rftkit: thin windows on a dataset, for notebooks.

Each one also works without a browser: its methods do what its controls do, and `to_html` gives what it shows.
"""

from rftkit.widgets._watch import settle
from rftkit.widgets.annotation_cards import AnnotationCards
from rftkit.widgets.categorize_panel import CategorizePanel
from rftkit.widgets.coverage_dashboard import CoverageDashboard
from rftkit.widgets.dataset_generator import DatasetGenerator
from rftkit.widgets.dataset_summary import DatasetSummary
from rftkit.widgets.dry_run_panel import DryRunPanel
from rftkit.widgets.export_panel import ExportPanel
from rftkit.widgets.final_distribution import FinalDistribution
from rftkit.widgets.generation_modal import GenerationModal
from rftkit.widgets.generation_progress import GenerationProgress
from rftkit.widgets.grader_builder import GraderBuilder
from rftkit.widgets.grader_playground import GraderPlayground
from rftkit.widgets.history import History
from rftkit.widgets.home import Home
from rftkit.widgets.import_panel import ImportPanel
from rftkit.widgets.record_browser import RecordBrowser
from rftkit.widgets.results_panel import ResultsPanel
from rftkit.widgets.rft_wizard import RFTWizard
from rftkit.widgets.sanitize_panel import SanitizePanel
from rftkit.widgets.split_panel import SplitPanel
from rftkit.widgets.topic_editor import TopicEditor
from rftkit.widgets.topic_map import TopicMap
from rftkit.widgets.training_monitor import TrainingMonitor
from rftkit.widgets.variation_reviewer import VariationReviewer
from rftkit.widgets.workbench import Workbench

__all__ = [
    "AnnotationCards",
    "CategorizePanel",
    "CoverageDashboard",
    "DatasetGenerator",
    "DatasetSummary",
    "DryRunPanel",
    "ExportPanel",
    "FinalDistribution",
    "GenerationModal",
    "GenerationProgress",
    "GraderBuilder",
    "GraderPlayground",
    "History",
    "Home",
    "ImportPanel",
    "RFTWizard",
    "RecordBrowser",
    "ResultsPanel",
    "SanitizePanel",
    "SplitPanel",
    "TopicEditor",
    "TopicMap",
    "TrainingMonitor",
    "VariationReviewer",
    "Workbench",
    "settle",
]
